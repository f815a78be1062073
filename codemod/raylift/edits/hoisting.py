"""Arguments that get a name of their own in front of the statement that gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.lines import statements_of

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


def hoist_argument(beside: str, keyword: str, place: int, name: str, *code: str) -> Change:
    """`f(keyword=make())` becomes `name = make()`, some lines, and `f(keyword=name)`; `f` is the call with an argument `beside`."""

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, cst.SimpleStatementLine)
        taking = _Taking(beside, keyword, place, name)
        short = node.visit(taking)
        assert isinstance(short, cst.SimpleStatementLine) and taking.value is not None
        made = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], _dedented(taking.value))])
        first, *more = [made.with_changes(leading_lines=node.leading_lines), *statements_of(*code)]
        return cst.FlattenSentinel([first, *more, short.with_changes(leading_lines=())])

    return change


class _Taking(cst.CSTTransformer):
    """Takes the argument of a call out, and puts its name there."""

    def __init__(self, beside: str, keyword: str, place: int, name: str) -> None:
        super().__init__()
        self._beside, self._keyword, self._place, self._name = beside, keyword, place, name
        self.value: cst.BaseExpression | None = None

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        names = [arg.keyword.value if arg.keyword else "" for arg in updated_node.args]
        if self.value is not None or self._beside not in names:
            return updated_node
        at = names.index(self._keyword) if self._keyword in names else self._place
        args = list(updated_node.args)
        self.value, args[at] = args[at].value, args[at].with_changes(value=cst.Name(self._name))
        return updated_node.with_changes(args=args)


def _dedented(value: cst.BaseExpression) -> cst.BaseExpression:
    """An expression of several lines, moved to the left until its last line begins where its statement does."""
    if not isinstance(value, cst.Call) or not value.args:
        return value
    last = value.args[-1]
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    if not isinstance(end, cst.ParenthesizedWhitespace):
        return value
    return cst.ensure_type(value.visit(_Dedenting(len(end.last_line.value))), cst.Call)


class _Dedenting(cst.CSTTransformer):
    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        last = updated_node.last_line
        return updated_node.with_changes(last_line=last.with_changes(value=last.value[self._width :]))
