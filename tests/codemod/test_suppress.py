from __future__ import annotations

import pytest

from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.suppress import ignored_by_line, is_skipped, without_settled

HERE, THERE = Notice(2, "RL301", "here"), Notice(3, "RL201", "there")


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        (b"# raylift: skip-file\n", True),
        (b"x = 1\n  #raylift:skip-file -- because\n", True),
        (b"x = 1  # raylift: skip-file\n", False),
        (b'x = "# raylift: skip-file"\n', False),
        (b"\xef\xbb\xbf# raylift: skip-file\r\n", True),
        (b"# raylift: skip-files\n", False),
    ],
)
def test_a_comment_line_skips_the_file(source: bytes, skipped: bool) -> None:
    assert is_skipped(source) is skipped


def test_a_comment_speaks_of_its_line_or_of_the_next_where_it_stands_alone() -> None:
    source = b"a  # raylift: ignore[RL301, RL302]\n  # raylift: ignore[RL201] why\nb\nc # raylift: ignore\n"
    assert ignored_by_line(source) == {1: frozenset({"RL301", "RL302"}), 3: frozenset({"RL201"}), 4: frozenset()}


@pytest.mark.parametrize("source", [b"\nx  # raylift: ignore[RL301]\n", b"\nx  # raylift: ignore\n", b"# raylift: ignore\nx"])
def test_a_settled_refusal_leaves_the_script_alone(source: bytes) -> None:
    assert isinstance(without_settled(Refused((HERE,)), source, ()), Untouched)


def test_a_refusal_for_another_reason_stands() -> None:
    source = b"\nx  # raylift: ignore[RL301]\n"
    assert without_settled(Refused((HERE, THERE)), source, ()) == Refused((THERE,))


def test_an_ignored_rule_is_silent_everywhere() -> None:
    assert without_settled(Rewritten(b"", (HERE, THERE), (HERE,)), b"", ("RL301",)) == Rewritten(b"", (THERE,), (HERE,))


@pytest.mark.parametrize("outcome", [Failed("x"), Untouched("y"), Refused((HERE,)), Rewritten(b"", (HERE,))])
def test_without_a_word_from_the_user_nothing_changes(outcome: Outcome) -> None:
    assert without_settled(outcome, b"x = 1\n", ()) == outcome
