"""What begins anew where a loop goes on from a checkpoint is told; what each epoch makes for itself, or a checkpoint holds, is not."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import notices

CARRIED = {
    "a counter": ("seen = 0", "seen += 1", "`seen` begins"),
    "the best so far": (
        "best, bad = 9, 0",
        "if loss < best:\n    best, bad = loss, 0\nelse:\n    bad += 1",
        "`best`, `bad` begin",
    ),
    "an average of weights": ("ema = Average(model)", "ema.update(model)", "`ema` begins"),
    "what another Accelerator trains": (
        "other = Accelerator()\nteacher = other.prepare(build())",
        "for batch in eval_loader:\n    other.backward(teacher(batch))",
        "what `other` has prepared begins",
    ),
    "what each epoch begins with": ("total = 0", "total = 0\nfor batch in eval_loader:\n    total += 1\nprint(total)", ""),
    "what is only read": ("most = 3", "print(loss / most)", ""),
    "what is set and never read": ("last = None", "last = epoch", ""),
    "what is registered": ("ema = Average(model)\naccelerator.register_for_checkpointing(ema)", "ema.update(model)", ""),
    "what hooks save": ("ema = Average(model)\naccelerator.register_save_state_pre_hook(save)", "ema.update(model)", ""),
}


@pytest.mark.parametrize("name", CARRIED)
def test_what_an_epoch_leaves_to_the_next_is_told(name: str) -> None:
    before, body, told = CARRIED[name]
    found = [notice.text for notice in notices(script(body, before), resumable=True) if notice.rule == "RL229"]
    assert [text.split(" anew")[0] for text in found] == ([f"after a restart {told}"] if told else [])
    assert "RL229" not in [notice.rule for notice in notices(script(body, before))]


def test_what_a_loop_keeps_in_its_object_is_told() -> None:
    source = """\
from accelerate import Accelerator

class Runner:
    def __init__(self):
        self.accelerator = Accelerator()
        self.model, self.loader = self.accelerator.prepare(build(), rows())
        self.best = 9

    def run(self):
        for epoch in range(3):
            for batch in self.loader:
                loss = self.model(batch)
                self.accelerator.backward(loss)
            self.last = epoch
            if loss < self.best:
                self.best = loss

if __name__ == "__main__":
    Runner().run()
"""
    found = [notice for notice in notices(source, resumable=True) if notice.rule == "RL229"]
    assert [(notice.line, notice.text.split(" anew")[0]) for notice in found] == [(10, "after a restart `self.best` begins")]
