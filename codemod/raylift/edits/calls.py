"""Changes to whole calls, which take another form and keep their layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from raylift.edits.one_more import with_one_more

if TYPE_CHECKING:
    from raylift.plan import Change


HOLE = "___"
LONGEST_LINE = 110
Comma = cst.Comma | cst.MaybeSentinel
HELD_TOGETHER = (cst.Attribute, cst.BaseDict, cst.BaseList, cst.BaseSet, cst.Call, cst.Name, cst.SimpleString, cst.Subscript)


class Argument(NamedTuple):
    """What an argument becomes: its keyword ("" for none), and its value, in which `___` stands for the value it had."""

    keyword: str
    value: str = HOLE


def recast_call(callee: str, arguments: Mapping[int | str, Argument | None], added: Sequence[Argument] = ()) -> Change:
    """A call of `callee` with arguments, told by place or keyword, that change or go (None), and with some added at the end."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: list[cst.Arg] = []
        for place, arg in enumerate(node.args):
            told = arg.keyword.value if arg.keyword else place
            if told not in arguments:
                args.append(arg)
            elif new := arguments[told]:
                args.append(_argument(new, arg))
        if args:
            args[-1] = args[-1].with_changes(comma=last_comma(args[-1].comma, node.args[-1].comma))
        for each in added:
            args = with_argument(args, each, node)
        space = node.whitespace_before_args if args else cst.SimpleWhitespace("")
        func = cst.parse_expression(callee) if callee else node.func
        return node.with_changes(func=func, args=args, whitespace_before_args=space)

    return change


def recast_argument(new: Argument) -> Change:
    """A keyword argument becomes another."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Arg)
        return _argument(new, node)

    return change


def last_comma(own: Comma, last: Comma) -> Comma:
    """What follows an argument, or a name, that has become the last one: its own comment, and the indentation of the bracket."""
    if isinstance(own, cst.Comma) and isinstance(last, cst.Comma):
        mine, space = own.whitespace_after, last.whitespace_after
        if isinstance(mine, cst.ParenthesizedWhitespace) and isinstance(space, cst.ParenthesizedWhitespace):
            return last.with_changes(whitespace_after=space.with_changes(first_line=mine.first_line))
    return last


def _argument(new: Argument, old: cst.Arg) -> cst.Arg:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    value = old.value if new.value == HOLE else _filled(new.value, old.value)
    equal = old.equal if old.keyword and new.keyword else (tight if new.keyword else cst.MaybeSentinel.DEFAULT)
    return old.with_changes(keyword=cst.Name(new.keyword) if new.keyword else None, equal=equal, value=value)


def _filled(code: str, old: cst.BaseExpression) -> cst.BaseExpression:
    expression = cst.parse_expression(code)
    if HOLE not in code:
        return expression

    class Fill(cst.CSTTransformer):
        def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
            return as_operand(old) if original_node.value == HOLE else updated_node

    filled = expression.visit(Fill())
    assert isinstance(filled, cst.BaseExpression)
    return filled


def as_operand(expression: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that may stand beside any operator: in brackets, unless it holds together by itself."""
    if expression.lpar or isinstance(expression, HELD_TOGETHER):
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def on_lines_if_long(change: Change, indent: int) -> Change:
    """What a change makes of a call; each argument on a line of its own, where the line would not be read at one glance."""

    def laid_out(node: cst.CSTNode) -> cst.CSTNode:
        call = cst.ensure_type(change(node), cst.Call)
        code = cst.Module([]).code_for_node(call)
        return call if "\n" in code or indent + len(code) <= LONGEST_LINE else on_lines(call)

    return laid_out


def on_lines(call: cst.Call) -> cst.Call:
    """A call, which is written in one line, with each argument on a line of its own."""
    inside = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    before_end = cst.ParenthesizedWhitespace(indent=True)
    args = [
        arg.with_changes(comma=cst.Comma(whitespace_after=inside), whitespace_after_arg=cst.SimpleWhitespace(""))
        for arg in call.args
    ]
    args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=before_end))
    return call.with_changes(whitespace_before_args=inside, args=args)


def with_argument(args: Sequence[cst.Arg], new: Argument, node: cst.Call) -> list[cst.Arg]:
    """One keyword argument more, on a line of its own where the others are."""
    arg = cst.ensure_type(cst.parse_expression(f"f({new.keyword}={new.value})"), cst.Call).args[0]
    return with_one_more(args, arg, node.whitespace_before_args)
