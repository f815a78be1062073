"""A call that takes another form keeps its lines, its indentation and the comments on what stays."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m
import pytest
from tests.codemod.edits.changing import changed

from raylift.edits.calls import LONGEST_LINE, Argument, on_lines_if_long, recast_call


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(a, b)", "g(a, b, x=1)"),
        ("f()", "g(x=1)"),
        ("f(a,\n  b)", "g(a,\n  b,\n  x=1)"),
        ("f(\n    a,\n    b,\n)", "g(\n    a,\n    b,\n    x=1,\n)"),
        ("f(\n    a,\n)", "g(\n    a,\n    x=1,\n)"),
        ("f(\n    a,\n    b=1\n)", "g(\n    a,\n    b=1,\n    x=1\n)"),
        ("f(\n    a, b\n)", "g(\n    a, b, x=1\n)"),
        ("f(\n    a  # one\n)", "g(\n    a,  # one\n    x=1\n)"),
        ("f(\n    a,  # one\n    # about b\n    b,  # two\n)", "g(\n    a,  # one\n    # about b\n    b,  # two\n    x=1,\n)"),
    ],
)
def test_an_added_argument_stands_as_the_others_do(before: str, after: str) -> None:
    assert changed(before, recast_call("g", {}, [Argument("x", "1")])) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(\n    a,  # one\n    gone=1,  # two\n)", "f(\n    a,  # one\n)"),
        ("f(\n    a, gone=1,\n)", "f(\n    a,\n)"),
        ("f(a, gone=1)", "f(a)"),
        ("f(\n    gone=1,  # one\n    a=2,\n)", "f(\n    a=2,\n)"),
        ("f(\n    gone=1,\n)", "f()"),
    ],
)
def test_what_has_become_the_last_argument_keeps_its_comment_and_the_bracket_its_place(before: str, after: str) -> None:
    assert changed(before, recast_call("", {"gone": None})) == after


@pytest.mark.parametrize(
    ("given", "filled"),
    [("a", "a.items()"), ("a.b[0]", "a.b[0].items()"), ("f(a)", "f(a).items()"), ("a if b else c", "(a if b else c).items()"), ("(a or b)", "(a or b).items()"), ("a | b", "(a | b).items()")],
)  # fmt: skip
def test_what_an_argument_was_holds_together_in_what_it_becomes(given: str, filled: str) -> None:
    assert changed(f"f(x={given})", recast_call("", {"x": Argument("y", "___.items()")})) == f"f(y={filled})"


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("f(b = 1)", Argument("c"), "f(c = 1)"),
        ("f(b = a)", Argument("", "g(___)"), "f(g(a))"),
        ("f(b=1)", Argument("c", "x"), "f(c=x)"),
        ("f(1, 2)", Argument("c"), "f(1, c=2)"),
    ],
)
def test_an_argument_told_by_its_place_or_keyword_becomes_another(before: str, new: Argument, after: str) -> None:
    told = "b" if "b" in before else 1
    assert changed(before, recast_call("", {told: new})) == after


@pytest.mark.parametrize("long", [False, True])
def test_a_call_that_would_not_be_read_at_one_glance_has_a_line_for_each_argument(long: bool) -> None:
    name = "g" * (LONGEST_LINE - 11 + long)
    after = f"{name}(\n    a,\n    b,\n    x=1,\n)" if long else f"{name}(a, b, x=1)"
    for before in ("f(a, b)", "f( a, b )" if long else "f(a, b)"):
        assert changed(before, on_lines_if_long(recast_call(name, {}, [Argument("x", "1")]), 0)) == after


def test_the_lines_of_a_call_in_a_function_are_indented_as_that_is() -> None:
    module = cst.parse_module("def main():\n    f(a, b)\n")
    call = cst.ensure_type(m.findall(module, m.Call())[0], cst.Call)
    name = "g" * LONGEST_LINE
    made = on_lines_if_long(recast_call(name, {}), 4)(call)
    assert isinstance(made, cst.Call)
    changed_module = cst.ensure_type(module.deep_replace(call, made), cst.Module)
    assert changed_module.code == f"def main():\n    {name}(\n        a,\n        b,\n    )\n"
