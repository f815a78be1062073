"""A call whose arguments change keeps the layout that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import pytest
from tests.codemod.edits.changing import changed

from raylift.edits.arguments import add_arguments, call_instead, insert_argument, name_arguments, rename_keyword, replace_argument

if TYPE_CHECKING:
    from raylift.plan import Change

SPLIT = """\
f(
    a,  # the first
    b=1,
)"""


def argument_changed(code: str, change: Change) -> str:
    """A call after a change to its last argument."""
    call = cst.ensure_type(cst.parse_expression(code), cst.Call)
    return cst.Module([]).code_for_node(call.with_changes(args=[*call.args[:-1], change(call.args[-1])]))


@pytest.mark.parametrize(("before", "after"), [("f()", "f(x=1)"), ("f(a)", "f(a, x=1)"), ("f(a, b=2)", "f(a, b=2, x=1)")])
def test_an_argument_is_added_at_the_end(before: str, after: str) -> None:
    assert changed(before, add_arguments("x=1")) == after
    assert changed(before, add_arguments("x=1", "y=2")) == f"{after[:-1]}, y=2)"


def test_long_arguments_get_lines_of_their_own() -> None:
    long = f"x={'y' * 58}"
    assert changed("f(a)", add_arguments(long[:-1])) == f"f(a, {long[:-1]})"
    assert changed("f(a)", add_arguments(long)) == f"f(\n    a,\n    {long},\n)"
    assert changed("f()", add_arguments("x=g(\n    y,\n)", "z=1")) == "f(\n    x=g(\n        y,\n    ),\n    z=1,\n)"
    assert changed("f(\n    a,  # one\n    b\n)", add_arguments(long)) == f"f(\n    a,  # one\n    b,\n    {long}\n)"


def test_an_argument_is_inserted_after_the_one_that_it_belongs_to() -> None:
    assert changed("f(a, b=1, c=2)", insert_argument(["b"], "x=3")) == "f(a, b=1, x=3, c=2)"
    assert changed(SPLIT, insert_argument(["b"], "x=3")) == SPLIT.replace("    b=1,\n", "    b=1,\n    x=3,\n")
    assert changed("f(a, c=2)", insert_argument(["b"], "x=3")) == "f(a, c=2)"
    assert changed("f(\n    b=1,\n    c=2,\n)", insert_argument(["a", "b"], "x=3")) == "f(\n    b=1,\n    x=3,\n    c=2,\n)"
    told = SPLIT.replace("    b=1,\n", "    # about b\n    b=1,  # the second\n    # about c\n    c=1\n")
    assert changed(told, insert_argument(["b"], "x=3")) == told.replace("  # the second\n", "  # the second\n    x=3,\n")
    last = told.replace("    # about c\n    c=1\n", "").replace("b=1,", "b=1")
    assert changed(last, insert_argument(["b"], "x=3")) == last.replace("b=1  # the second\n", "b=1,  # the second\n    x=3\n")


def test_positional_arguments_get_their_names_up_to_a_star() -> None:
    assert changed("f(1, 2, *rest)", name_arguments(["a", "b", "c"], 1)) == "f(1, b=2, *rest)"
    assert changed("f(1, 2, d=3, **rest)", name_arguments(["a", "b"], 0)) == "f(a=1, b=2, d=3, **rest)"


@pytest.mark.parametrize(
    ("before", "argument", "after"),
    [
        ("f(x, y)", "c=z", "g(c=z, b=y)"),
        ("f(x, y)", "z", "g(z, b=y)"),
        ("f(x, y)", "", "g(x, b=y)"),
        ("f(b=y, a = x)", "c=z", "g(b=y, c=z)"),
        ("f(d=w, a=x)", "c = z", "g(d=w, c = z)"),
    ],
)
def test_another_function_takes_what_was_given_by_name(before: str, argument: str, after: str) -> None:
    assert changed(before, call_instead("g", ["a", "b"], argument)) == after


@pytest.mark.parametrize(("before", "after"), [("f(old=1)", "f(new=1)"), ("f(old = 1)", "f(new = 1)")])
def test_a_keyword_changes_and_the_space_around_it_stays(before: str, after: str) -> None:
    assert argument_changed(before, rename_keyword("new")) == after
    assert argument_changed(before, replace_argument("new=2")) == after.replace("1", "2")
