"""Where in an epoch a loop reports."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted


def test_the_last_epoch_reports_before_it_may_leave() -> None:
    leave = "mean = accelerator.gather(loss).mean()\nprint(f'mean {mean:.3f}')\nif mean > 3:\n    break"
    code = lifted(script(leave))
    assert code.index("report({") < code.index("if mean > 3")
    saved = lifted(script(f"{leave}\naccelerator.save_state('out')"))
    assert saved.index("report({") > saved.index("save_state")


def test_a_report_stands_before_a_name_is_used_for_something_else() -> None:
    code = lifted(script("print(f'loss {loss:.3f}')\nloss = 0"))
    assert code.index("report({") < code.index("loss = 0")


def test_a_report_stands_before_a_break_that_ranks_may_take_alone() -> None:
    code = lifted(script("print(f'loss {loss:.3f}')\nif loss > 3:\n    break\nprint('next')"))
    assert code.index("report({") < code.index("if loss > 3")


def test_a_report_may_follow_a_break_that_all_ranks_take() -> None:
    code = lifted(script("if epoch == args.last:\n    break\nprint(f'loss {loss:.3f}')"))
    assert code.index("if epoch == args.last") < code.index("report({")


def test_a_value_that_was_gathered_is_the_same_on_every_rank() -> None:
    code = lifted(script("mean = accelerator.gather(loss).mean()\nif mean > 3:\n    break\nprint(f'mean {mean:.3f}')"))
    assert code.index("if mean > 3") < code.index("report({")


def test_a_report_never_stands_under_a_rank_test() -> None:
    code = lifted(script("if accelerator.is_main_process:\n    print(f'loss {loss:.3f}')"))
    place = next(line for line in code.splitlines() if " report(" in line)
    assert place.startswith(" " * 8 + "report")


def test_statements_that_share_a_line_stay_together_above_a_report() -> None:
    code = lifted(script("model.eval(); mean = loss / 2; print(f'mean {mean:.3f}')"))
    line = '        report({"mean": mean}, accelerator=accelerator, model=model)\n'
    assert f"        model.eval(); mean = loss / 2; print(f'mean {{mean:.3f}}')\n{line}" in code


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize(
    ("steps", "metrics"),
    [
        ("range(start, args.steps)", '{"loss": loss.item(), "step": step} if start < args.steps else {}'),
        ("range(0, args.steps)", '{"loss": loss.item(), "step": step}'),
        ("range(args.steps)", '{"loss": loss.item(), "step": step}'),
    ],
)
def test_a_loop_with_no_step_left_reports_nothing_of_it(steps: str, metrics: str, runtime: str) -> None:
    source = f"""\
from accelerate import Accelerator

def main(args, start):
    accelerator = Accelerator()
    model = accelerator.prepare(args.model)
    for step in {steps}:
        loss = model(step)
        accelerator.backward(loss)
        accelerator.log({{"loss": loss.item(), "step": step}})

if __name__ == "__main__":
    main(*given())
"""
    code = lifted(source, runtime=runtime)
    report = code[code.index("report(") if runtime == "raylift" else code.index("train.report(") :]
    assert metrics in report
    assert ("if start < args.steps" in code) is ("if start" in metrics)


def test_a_loop_over_batches_alone_reports_below_itself_whatever_follows() -> None:
    loop = "for batch in loader:\n    loss = model(batch)\n    accelerator.backward(loss)\n"
    start = (
        "from accelerate import Accelerator\n\naccelerator = Accelerator()\nmodel, loader = accelerator.prepare(model, loader)\n"
    )
    for more in ("", "if loss > 3:\n    raise SystemExit(1)\n"):
        code = lifted(start + loop + more)
        assert '        accelerator.backward(loss)\n    report({"loss": loss}, ' in code
