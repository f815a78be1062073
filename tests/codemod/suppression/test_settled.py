"""What is settled by a comment or a setting, on whole scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Raylift, Run

import raylift

LOOP = """\
from accelerate import Accelerator

accelerator = Accelerator()
for step in range(3):
    accelerator.backward(model(step))
"""
"""No metric can be read in it: RL221 speaks of line 4."""
FORBIDDEN = """\
from transformers import Trainer

trainer = Trainer(model)
trainer.hyperparameter_search()
"""
"""Refused: RL301 speaks of line 4."""
LIFTED = """\
from raylift_runtime.torch import TorchTrainer
"""


def outcome(source: str, **settings: object) -> raylift.Outcome:
    return raylift.rewrite(source.encode(), raylift.Settings(**settings))  # type: ignore[arg-type]  # by name


def with_comment(source: str, line: int, comment: str, *, above: bool) -> str:
    lines = source.splitlines()
    if above:
        lines.insert(line - 1, comment)
    else:
        lines[line - 1] += f"  {comment}"
    return "\n".join(lines) + "\n"


def rules(notices: tuple[raylift.Notice, ...]) -> list[str]:
    return [notice.rule for notice in notices]


def test_the_scripts_of_this_file_are_told_and_refused() -> None:
    loop, forbidden = outcome(LOOP), outcome(FORBIDDEN)
    assert isinstance(loop, raylift.Rewritten)
    assert isinstance(forbidden, raylift.Refused)
    assert [(notice.rule, notice.line) for notice in loop.notices] == [("RL221", 4)]
    assert [(notice.rule, notice.line) for notice in forbidden.notices] == [("RL301", 4)]


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("comment", ["ignore", "ignore[RL221]", "ignore[RL301, RL221]", "ack[RL221] W&B has them"])
def test_a_settled_notice_is_silent(comment: str, above: bool) -> None:
    settled = outcome(with_comment(LOOP, 4, f"# raylift: {comment}", above=above))
    assert isinstance(settled, raylift.Rewritten)
    assert settled.notices == ()
    assert settled.leftovers == ()


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize(
    ("comment", "said"),
    [("ignore", "ignored"), ("ignore[RL301]", "ignored"), ("ack[RL301] it stays with torchrun", "acknowledged")],
)
def test_a_settled_refusal_leaves_the_script_alone(comment: str, said: str, above: bool) -> None:
    settled = outcome(with_comment(FORBIDDEN, 4, f"# raylift: {comment}", above=above))
    assert settled == raylift.Untouched(f"RL301 is {said} in line {5 if above else 4}")


@pytest.mark.parametrize("comment", ["ignore[RL302]", "ack[RL302] not this one"])
def test_a_refusal_for_another_reason_stands(comment: str) -> None:
    assert isinstance(outcome(with_comment(FORBIDDEN, 4, f"# raylift: {comment}", above=True)), raylift.Refused)


def test_an_ignored_rule_is_silent_everywhere() -> None:
    settled = outcome(LOOP, ignore=("RL221",))
    assert isinstance(settled, raylift.Rewritten)
    assert settled.notices == ()
    assert isinstance(outcome(FORBIDDEN, ignore=("RL301",)), raylift.Untouched)


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("ack[RL221]", "this ack of RL221 gives no reason"),
        ("ack W&B has them", "this ack names no rule"),
        ("ack[RL999, RL221] W&B has them", "there is no rule RL999"),
    ],
)
def test_an_ack_that_lacks_something_settles_nothing_and_is_told(comment: str, words: str) -> None:
    told = outcome(with_comment(LOOP, 4, f"# raylift: {comment}", above=True))
    assert isinstance(told, raylift.Rewritten)
    assert rules(told.notices) == ["RL221"]
    assert rules(told.leftovers) == ["RL403"]
    assert words in told.leftovers[0].text


def test_an_ack_without_a_reason_is_told_beside_the_refusal_that_stands() -> None:
    told = outcome(with_comment(FORBIDDEN, 4, "# raylift: ack[RL301]", above=False))
    assert isinstance(told, raylift.Refused)
    assert rules(told.leftovers) == ["RL403"]


@pytest.mark.parametrize(("line", "rule"), [(3, "RL221"), (4, "RL222")])
def test_a_stale_ack_is_told(line: int, rule: str) -> None:
    told = outcome(with_comment(LOOP, line, f"# raylift: ack[{rule}] as ever", above=False))
    assert isinstance(told, raylift.Rewritten)
    assert [(notice.rule, notice.line) for notice in told.leftovers] == [("RL402", line)]
    assert told.leftovers[0].text.startswith(rule)


def test_an_ack_of_a_change_is_not_stale() -> None:
    source = "from transformers import Trainer\n\nt = Trainer(m, tokenizer=k)  # raylift: ack[RL203] yes\nt.train()\n"
    told = outcome(source)
    assert isinstance(told, raylift.Rewritten)
    assert told.leftovers == ()
    assert b"processing_class=k" in told.code


def test_an_ack_of_a_training_that_is_gone_is_stale() -> None:
    told = outcome("import transformers  # raylift: ack[RL221] as ever\n")
    assert isinstance(told, raylift.Untouched)
    assert rules(told.leftovers) == ["RL402"]


@pytest.mark.parametrize("ack", ["ack[RL221] as ever", "ack[RL221]"])
def test_in_a_lifted_script_acks_are_history(ack: str) -> None:
    assert outcome(f"{LIFTED}x = 1  # raylift: {ack}\n") == raylift.Untouched("it already uses Ray Train")


def test_a_lift_leaves_no_ack_behind_that_would_be_told() -> None:
    once = outcome(with_comment(LOOP, 4, "# raylift: ack[RL221] W&B has them", above=True))
    assert isinstance(once, raylift.Rewritten)
    assert b"    # raylift: ack[RL221] W&B has them\n    for step" in once.code
    assert raylift.rewrite(once.code) == raylift.Untouched("it already uses Ray Train")


def test_where_a_refusal_ended_the_look_no_ack_is_called_stale() -> None:
    told = outcome(with_comment(FORBIDDEN, 3, "# raylift: ack[RL203] as ever", above=False))
    assert isinstance(told, raylift.Refused)
    assert told.leftovers == ()


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raylift: Raylift) -> object:
    monkeypatch.chdir(tmp_path)

    def run(command: str, source: str, *flags: str) -> Run:
        (tmp_path / "a.py").write_text(source)
        return raylift(command, "a.py", *flags)

    return run


STALE = "import transformers  # raylift: ack[RL221] as ever\n"


def test_a_stale_ack_fails_the_check_and_is_told_by_every_command(check: object) -> None:
    for command, code in (("check", 1), ("diff", 0), ("rewrite", 0)):
        run = check(command, STALE)  # type: ignore[operator]  # the fixture's function
        assert run.code == code
        assert "a.py:1: RL402 RL221 has nothing to say here any more" in run.out + run.err


def test_a_stale_ack_can_be_ignored(check: object) -> None:
    assert check("check", STALE, "--ignore", "RL402").code == 0  # type: ignore[operator]  # the fixture's function
