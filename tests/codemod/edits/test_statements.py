"""A change to one statement of a line leaves the others, their order and every comment."""

from __future__ import annotations

import libcst as cst
import pytest
from tests.codemod.edits.changing import line_changed

from raylift.edits.statements import drop_statement, follow_with, precede_with, remove_statement, replace_statement


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
    if not before.startswith("if"):
        assert line_changed(before, change(index)) == after
        return
    block = cst.ensure_type(cst.parse_statement(before), cst.If)
    changed = block.with_changes(body=change(index)(block.body))
    assert cst.Module([changed]).code == after


@pytest.mark.parametrize("change", [drop_statement, remove_statement])
def test_a_statement_that_has_its_line_for_itself_goes_with_it(change: object) -> None:
    assert callable(change)
    assert isinstance(change(0)(cst.parse_statement("a\n")), cst.RemovalSentinel)


def test_others_stand_on_lines_of_their_own_beside_it() -> None:
    assert line_changed("a; b; c  # one\n", follow_with(1, "x", "y")) == "a\nb  # one\nx\ny\nc\n"
    assert line_changed("# above\na; b\n", precede_with(0, "x")) == "# above\nx\na\nb\n"
    assert line_changed("a; b\n", replace_statement(1, "x")) == "a\nx\n"
