"""A statement that goes from a line leaves the others, their order and every comment."""

from __future__ import annotations

import libcst as cst
import pytest
from tests.codemod.edits.changing import behind_colon_changed, line_changed

from raylift.edits.statements import drop_statement, remove_statement


@pytest.mark.parametrize("change", [drop_statement, remove_statement])
@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("a; b\n", 0, "b\n"),
        ("a; b\n", 1, "a\n"),
        ("a; b; c  # one\n", 1, "a; c  # one\n"),
        ("if x: a; b\n", 0, "if x: b\n"),
        ("if x: a\n", 0, "if x: pass\n"),
    ],
)
def test_what_shares_the_line_of_a_statement_that_goes_stays(change: object, before: str, index: int, after: str) -> None:
    assert callable(change)
    changed = behind_colon_changed if before.startswith("if") else line_changed
    assert changed(before, change(index)) == after


@pytest.mark.parametrize("change", [drop_statement, remove_statement])
def test_a_statement_that_has_its_line_for_itself_goes_with_it(change: object) -> None:
    assert callable(change)
    assert isinstance(change(0)(cst.parse_statement("a\n")), cst.RemovalSentinel)


def test_comments_of_a_statement_that_goes_stay_unless_they_go_with_it() -> None:
    for line in ("a  # one\n", "# above\na\n"):
        assert line_changed(line, remove_statement(0)) == line.replace("a\n", "pass\n").replace("a  ", "pass  ")
        assert isinstance(drop_statement(0)(cst.parse_statement(line)), cst.RemovalSentinel)
    assert isinstance(remove_statement(0)(cst.parse_statement("\na\n")), cst.RemovalSentinel)
