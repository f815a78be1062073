"""What one statement of a line becomes stands on lines of its own; the others, their order and every comment stay."""

from __future__ import annotations

import libcst as cst
import pytest
from tests.codemod.edits.changing import behind_colon_changed, line_changed

from raylift.edits.lines import change_first, statements_of
from raylift.edits.statements import (
    drop_statement,
    follow_with,
    go_on_with,
    guard_with,
    hoist_receiver,
    precede_with,
    precede_with_block,
    replace_return,
    replace_statement,
    return_through,
    wrap_in_with,
)

CHANGES = {
    "replaced": (lambda at: replace_statement(at, "x"), "x  # one\n"),
    "followed": (lambda at: follow_with(at, "x", "y"), "a  # one\nx\ny\n"),
    "preceded": (lambda at: precede_with(at, "x", "y"), "x\ny\na  # one\n"),
    "guarded": (lambda at: guard_with(at, "x"), "if x:\n    a  # one\n"),
    "in a with": (lambda at: wrap_in_with(at, "x as y", "z"), "with x as y:\n    z\n    a  # one\n"),
    "gone on": (lambda at: go_on_with(at, "x", "if y:\n    z\n"), "a  # one\nx\nif y:\n    z\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_comment_of_a_line_stays_with_what_it_is_about(change: str) -> None:
    make, becomes = CHANGES[change]
    assert line_changed("# above\na  # one\n", make(0)) == f"# above\n{becomes}"
    assert line_changed("b; a; c; d  # one\n", make(1)) == f"b\n{becomes}c; d\n"
    assert line_changed("a; b\n", make(0)) == becomes.replace("  # one", "") + "b\n"


@pytest.mark.parametrize("change", CHANGES)
def test_what_stands_behind_a_colon_gets_a_block(change: str) -> None:
    make, becomes = CHANGES[change]
    inside = becomes.replace("  # one", "").replace("\n", "\n    ").rstrip(" ")
    assert behind_colon_changed("if c: a\n", make(0)) == f"if c:\n    {inside}"
    assert behind_colon_changed("if c: d; a; b  # one\n", make(1)) == f"if c:  # one\n    d\n    {inside}    b\n"


def test_blank_lines_around_definitions_carry_no_spaces() -> None:
    made = cst.ensure_type(precede_with_block(0, "def f(): ...\n", 1)(cst.parse_statement("a\n")), cst.FlattenSentinel)
    block = cst.IndentedBlock(list(made.nodes))
    assert cst.Module([cst.If(cst.Name("c"), block)]).code == "if c:\n\n    def f(): ...\n\n    a\n"


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("return f()  # one\n", 0, "t = f()  # one\na(t)\nreturn b(t)\n"),
        ("# above\na; return f()\n", 1, "# above\na\nt = f()\na(t)\nreturn b(t)\n"),
    ],
)
def test_what_is_returned_gets_a_name_first(before: str, index: int, after: str) -> None:
    assert line_changed(before, return_through(index, "t", "a(t)", "b(t)")) == after


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("return f()  # one\n", 0, "a\nt = f()  # one\nb\nc\n"),
        ("return t\n", 0, "a\nb\nc\n"),
        ("return u\n", 0, "a\nt = u\nb\nc\n"),
        ("return u.t\n", 0, "a\nt = u.t\nb\nc\n"),
        ("z; return t\n", 1, "z\na\nb\nc\n"),
    ],
)
def test_a_return_becomes_an_assignment_unless_it_returns_that_name(before: str, index: int, after: str) -> None:
    assert line_changed(before, replace_return(index, "t", ["a"], ["b", "c"])) == after


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("T(x).train(y)  # one\n", 0, "t = T(x)  # one\na(t)\nt.train(y)\n"),
        ("y = T(x).train()\n", 0, "t = T(x)\na(t)\ny = t.train()\n"),
        ("return T(x).train()\n", 0, "t = T(x)\na(t)\nreturn t.train()\n"),
        ("b; T(x).train(); c\n", 1, "b\nt = T(x)\na(t)\nt.train()\nc\n"),
    ],
)
def test_what_a_method_is_called_on_gets_a_name(before: str, index: int, after: str) -> None:
    assert line_changed(before, hoist_receiver(index, "t", "a(t)")) == after


def test_a_statement_with_a_body_or_the_last_of_a_line_goes_on_below_it() -> None:
    assert line_changed("for a in b:\n    c\n", go_on_with(0, "x")) == "for a in b:\n    c\nx\n"
    assert line_changed("a; b  # one\n", go_on_with(1, "x")) == "a; b  # one\nx\n"


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("a  # one\n", 0, "\n\ndef f():\n    x\ny = f\n\n\na  # one\n"),
        ("\n\n# above\n\na  # one\n", 0, "\n\ndef f():\n    x\ny = f\n\n\n# above\n\na  # one\n"),
        ("# above\na; b; c  # one\n", 1, "# above\na\n\n\ndef f():\n    x\ny = f\n\n\nb; c  # one\n"),
    ],
)
def test_definitions_stand_apart_in_front_of_a_statement(before: str, index: int, after: str) -> None:
    assert line_changed(before, precede_with_block(index, "def f():\n    x\ny = f\n", 2)) == after


def test_two_changes_of_a_line_each_find_their_statement() -> None:
    line = cst.parse_statement("a; b; c  # one\n")
    later = follow_with(1, "y")(line)
    both = cst.ensure_type(change_first(later, follow_with(0, "x")), cst.FlattenSentinel)
    assert cst.Module(list(both.nodes)).code == "a\nx\nb  # one\ny\nc\n"
    gone = cst.ensure_type(change_first(later, drop_statement(0)), cst.FlattenSentinel)
    assert cst.Module(list(gone.nodes)).code == "b  # one\ny\nc\n"
    behind = behind_colon_changed("if c: a; b\n", lambda suite: change_first(follow_with(1, "y")(suite), follow_with(0, "x")))
    assert behind == "if c:\n    a\n    x\n    b\n    y\n"


def test_lines_of_code_are_statements() -> None:
    assert cst.Module(statements_of("a", "b = 1")).code == "a\nb = 1\n"
