"""Named changes to the arguments of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


NO_SPACE = cst.SimpleWhitespace("")


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
            args.append(arg)
            if arg.keyword and arg.keyword.value in after:
                args[-1] = arg.with_changes(comma=cst.Comma(whitespace_after=_line_break(space)), whitespace_after_arg=NO_SPACE)
                args.append(new.with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg))
            elif isinstance(arg.comma, cst.Comma):
                space = arg.comma.whitespace_after
        return node.with_changes(args=args)

    return change


def _line_break(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """The same break of the line without its comments; a blank where there is none."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return cst.SimpleWhitespace(" ")
    return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())


def remove(node: cst.CSTNode) -> Changed:
    """The argument goes."""
    return cst.RemoveFromParent()


def add_arguments(*code: str) -> Change:
    """A call gets further keyword arguments, given as they would be written; long ones each on a line of its own."""
    is_short = sum(map(len, code)) < 60 and not any("\n" in argument for argument in code)
    lines = "".join("    " + argument.replace("\n", "\n    ") + ",\n" for argument in ("old", *code))
    call = cst.ensure_type(cst.parse_expression(f"f(old, {', '.join(code)})" if is_short else f"f(\n{lines})"), cst.Call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        space = node.whitespace_before_args if is_short else call.whitespace_before_args
        if not node.args:
            return node.with_changes(whitespace_before_args=space, args=call.args[1:])
        first, last = node.args[:-1], node.args[-1].with_changes(comma=call.args[0].comma)
        return node.with_changes(whitespace_before_args=space, args=[*first, last, *call.args[1:]])

    return change
