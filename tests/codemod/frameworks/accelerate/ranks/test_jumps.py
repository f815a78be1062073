"""A jump that only some ranks take speaks of its own loop."""

from __future__ import annotations

from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted


def test_a_step_that_some_ranks_skip_says_nothing_about_the_epochs_around_it() -> None:
    source = script("epoch += 1", before="epoch = 0").replace("for epoch in range(args.epochs):", "while epoch < args.epochs:")
    code = lifted(
        source.replace("accelerator.backward", "if loss > 9:\n                continue\n            accelerator.backward")
    )
    assert code.index("epoch += 1") < code.index(" report(")
