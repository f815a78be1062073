"""Named changes to the arguments of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.calls import on_lines
from raylift.edits.one_more import followed_by, line_break, with_one_more

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


def rename_keyword(name: str) -> Change:
    """`old=x` becomes `name=x`."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Arg)
        return node.with_changes(keyword=cst.Name(name))

    return change


def replace_argument(code: str) -> Change:
    """A keyword argument becomes another, given as it would be written."""
    call = cst.parse_expression(f"f({code})")
    assert isinstance(call, cst.Call)
    new = call.args[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Arg)
        return node.with_changes(keyword=new.keyword, value=new.value)

    return change


def call_instead(name: str, positions: Sequence[str], code: str) -> Change:
    """Another function is called, with another argument in place of the first of these, if any; the others are given by name."""
    new = cst.ensure_type(cst.parse_expression(f"f({code})"), cst.Call).args[:1]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        place = next((i for i, arg in enumerate(node.args) if arg.keyword and arg.keyword.value == positions[0]), 0)
        named = cst.ensure_type(name_arguments(positions, 1)(node), cst.Call)
        args = list(named.args)
        for each in new:
            args[place] = args[place].with_changes(keyword=each.keyword, equal=each.equal, value=each.value)
        return node.with_changes(func=cst.parse_expression(name), args=args)

    return change


def name_arguments(names: Sequence[str], start: int) -> Change:
    """Positional arguments from `start` on, of which there are no more than names, get these."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        named = [
            arg.with_changes(keyword=cst.Name(names[i]), equal=equal)
            if i >= start and arg.keyword is None and not arg.star
            else arg
            for i, arg in enumerate(node.args)
        ]
        return node.with_changes(args=named)

    return change


def insert_argument(after: Sequence[str], code: str) -> Change:
    """A call gets one more argument, right after the one that has one of these keywords; on a line of its own where that is."""
    new = cst.ensure_type(cst.parse_expression(f"f({code})"), cst.Call).args[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: list[cst.Arg] = []
        space: cst.BaseParenthesizableWhitespace = node.whitespace_before_args
        for arg in node.args:
            belongs = arg.keyword is not None and arg.keyword.value in after
            args += followed_by(arg, new, line_break(space)) if belongs else [arg]
            if isinstance(arg.comma, cst.Comma):
                space = arg.comma.whitespace_after
        return node.with_changes(args=args)

    return change


def remove(node: cst.CSTNode) -> Changed:
    """The argument goes."""
    return cst.RemoveFromParent()


def add_arguments(*code: str) -> Change:
    """A call gets further keyword arguments, given as they would be written; long ones each on a line of its own."""
    is_short = sum(map(len, code)) < 60 and not any("\n" in argument for argument in code)
    written = ", ".join(code).replace("\n", "\n    ")
    call = cst.ensure_type(cst.parse_expression(f"f({written})"), cst.Call)
    new = [arg.with_changes(comma=cst.MaybeSentinel.DEFAULT) for arg in call.args]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: Sequence[cst.Arg] = node.args
        for each in new:
            args = with_one_more(args, each, node.whitespace_before_args)
        is_as_before = is_short or "\n" in cst.Module([]).code_for_node(node)
        return node.with_changes(args=args) if is_as_before else on_lines(node.with_changes(args=args))

    return change
