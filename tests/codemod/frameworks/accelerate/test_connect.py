"""Which scripts are Accelerate loops, and how their epochs are resumed."""

from __future__ import annotations

import textwrap

from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted, notices

from raylift.lift import rewrite
from raylift.outcome import Untouched


def test_a_trainer_that_uses_its_accelerator_is_no_loop() -> None:
    source = (
        "from transformers import Trainer\n\n\nclass Mine(Trainer):\n    def training_step(self, model, inputs):\n        loss = model(**inputs).loss\n"
        "        self.accelerator.backward(loss)\n        return loss\n\n\nMine(model=model, args=args).train()\n"
    )
    assert "raylift_runtime.accelerate" not in lifted(source)


def test_inference_with_an_accelerator_is_left_alone() -> None:
    source = b"from accelerate import Accelerator\n\naccelerator = Accelerator()\nfor batch in accelerator.prepare(loader):\n    print(model(batch))\n"
    assert isinstance(rewrite(source), Untouched)


def test_a_report_stands_before_what_leaves_the_epoch_in_the_same_line() -> None:
    code = lifted(script("total = loss.item(); continue"))
    assert "total = loss.item()\n        report(" in code
    assert code.index(" report(") < code.index("        continue\n")


def test_a_model_is_reported_where_the_object_that_holds_it_is_bound_for_sure() -> None:
    held = "kept = load(args.path)\nkept.model = accelerator.prepare(kept.model)\nkept.model.train()\n"
    source = script(before=held).replace(
        "model, loader, eval_loader = accelerator.prepare(model, ", "loader, eval_loader = accelerator.prepare("
    )
    assert "accelerator=accelerator, model=kept.model)" in lifted(source)
    doubtful = lifted(source.replace(textwrap.indent(held, "    "), "    if args.path:\n" + textwrap.indent(held, " " * 8)))
    assert "kept" not in doubtful[doubtful.index(" report(") :]


def test_resumable_epochs() -> None:
    code = lifted(script(), resumable=True)
    assert "for epoch in resumable(range(args.epochs), accelerator=accelerator):" in code
    assert "from raylift_runtime.accelerate import report, resumable\n" in code
    taken = lifted(f"resumable = True\n{script()}", resumable=True)
    assert "for epoch in ray_resumable(range(args.epochs), accelerator=accelerator):" in taken
    assert "from raylift_runtime.accelerate import report, resumable as ray_resumable\n" in taken


def test_a_loop_without_a_range_says_that_it_cannot_resume() -> None:
    source = script().replace("for epoch in range(args.epochs)", "while epoch < args.epochs")
    assert "RL223" in [notice.rule for notice in notices(source, resumable=True)]
