"""Rules of the script's own `# raylift:` comments."""

from __future__ import annotations

from raylift.rules.rule import Rule

RULES = (
    Rule("RL401", "leftover", "A marker is left", "`--mark` leaves a comment wherever a person must decide; while it is there, nobody has.",
         "# raylift: RL221 no metric of this loop ...\nfor epoch in range(3):",
         "# raylift: ack[RL221] the metrics are in W&B\nfor epoch in range(3):",
         "Settle it and delete the comment, or write an ack and the reason in its place."),
    Rule("RL402", "leftover", "An ack that settles nothing",
         "What it spoke of is gone or has moved; the promise would wait there for the next one that comes.",
         "# raylift: ack[RL222] the generator is thrown away after the training\nfor epoch in range(3):\n    ...\n"
         "    accelerator.save_state(\"checkpoint\")",
         "",
         "Delete it, or move it to the line that it speaks of."),
    Rule("RL403", "leftover", "An ack without a rule or a reason", "Whoever reads it later must know what was decided, and why.",
         "# raylift: ack[RL222]\nfor epoch in range(3):",
         "# raylift: ack[RL222] the generator is thrown away after the training\nfor epoch in range(3):",
         "Name the rule in brackets and give the reason after them."),
)  # fmt: skip
