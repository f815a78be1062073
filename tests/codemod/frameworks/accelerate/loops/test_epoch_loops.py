"""Which loop is the one over epochs, wherever the steps of it stand."""

from __future__ import annotations

import textwrap

from tests.codemod.frameworks.accelerate.loop import line_of, script
from tests.codemod.lifting import lifted, notices

from raylift.lift import rewrite
from raylift.outcome import Rewritten, Untouched

ENGINE = "from accelerate import Accelerator\n\n\ndef one_epoch(model, loader, accelerator):\n    for batch in loader:\n        accelerator.backward(model(batch))\n"


def test_what_others_call_per_epoch_is_theirs_to_report() -> None:
    assert isinstance(rewrite(ENGINE.encode()), Untouched)
    source = "from accelerate import Accelerator\nfrom engine import one_epoch\n\naccelerator = Accelerator()\nfor epoch in range(3):\n    one_epoch(model, loader, accelerator)\n"
    outcome = rewrite(source.encode(), neighbours=lambda name, level: ENGINE.encode() if name == "engine" else None)
    assert isinstance(outcome, Rewritten)
    assert outcome.code.count(b" report(") == 1
    assert "RL105" not in {notice.rule for notice in outcome.notices}


def test_a_loop_over_steps_reports_once_after_it() -> None:
    for loop in ("for step in range(args.steps):", "while step < args.max_steps:"):
        source = script().replace("for epoch in range(args.epochs):", loop)
        source = source.replace("for step, batch in enumerate(loader):", "for part in range(args.accumulation):")
        source = source.replace("model(batch)", "model(next(data))")
        code = lifted(source)
        assert '\n    report({"loss": loss}, accelerator=accelerator, model=model)\n' in code
        critic = source.replace("args.accumulation", "args.critic")
        assert lifted(critic).split("import report")[1] == code.split("import report")[1].replace(
            "args.accumulation", "args.critic"
        )


def test_steps_that_accumulate_in_a_method_report_once() -> None:
    source = """\
        from accelerate import Accelerator

        class Loop:
            def __init__(self, model):
                self.accelerator = Accelerator()
                self.model = self.accelerator.prepare(model)

            def step(self):
                for _ in range(self.gradient_accumulate_every):
                    loss = self.model(next(self.data))
                    self.accelerator.backward(loss)

            def train(self):
                while self.done < self.steps:
                    self.step()
                    self.done += 1

        Loop(make()).train()
    """
    code = lifted(textwrap.dedent(source))
    assert "\n        report({}, accelerator=self.accelerator, model=self.model)\n" in code


def test_a_loop_over_folds_reports_per_epoch_of_each() -> None:
    body = "for fold in range(3):\n    for epoch in range(2):\n        for batch in loader:\n            accelerator.backward(model(batch))\n    print(fold)"
    code = lifted(
        f"from accelerate import Accelerator\n\naccelerator = Accelerator()\nmodel, loader = accelerator.prepare(model, loader)\n{body}\n"
    )
    assert line_of(code, " report(").startswith("report({")
    assert next(line for line in code.splitlines() if " report(" in line).startswith(" " * 12 + "report")


def test_a_loop_over_data_alone_reports_once_after_it() -> None:
    source = "from accelerate import Accelerator\n\naccelerator = Accelerator()\nfor batch in loader:\n    loss = model(batch)\n    accelerator.backward(loss)\n"
    code = lifted(source)
    assert '\n    report({"loss": loss}, accelerator=accelerator)' in code


def test_the_report_stands_where_the_epochs_are_counted() -> None:
    source = script().replace(
        "        for step, batch in enumerate(loader):\n            loss = model(batch)\n            accelerator.backward(loss)\n",
        "        one_epoch(accelerator, model, loader)\n",
    )
    source = source.replace(
        "def train(",
        "def one_epoch(accelerator, model, loader):\n    for batch in loader:\n        accelerator.backward(model(batch))\n\n\ndef train(",
    )
    code = lifted(source)
    assert '        report({"epoch": epoch}, accelerator=accelerator, model=model)' in code
    assert [notice.rule for notice in notices(source)] == ["RL221"]


def test_a_loop_over_whole_trainings_leaves_the_report_to_each_of_them() -> None:
    source = """\
        from accelerate import Accelerator


        def train(stage):
            accelerator = Accelerator(mixed_precision=stage)
            model, loader = accelerator.prepare(*build())
            for batch in loader:
                loss = model(batch)
                accelerator.backward(loss)
            return loss


        if __name__ == "__main__":
            for stage in ["no", "bf16"]:
                print(train(stage))
        """
    for runtime, reported in (
        ("raylift", '    report({"loss": loss}'),
        ("ray", '        ray.train.report({"loss": float(loss)}'),
    ):
        code = lifted(textwrap.dedent(source), runtime=runtime)
        assert code.index("accelerator.backward(loss)") < code.index(f"\n{reported}") < code.index("    return loss")
        assert code.count("report({") == 1
