"""Changes that make a function, or make another one of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits import _spread, statements_of

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


def precede_with_block(index: int, code: str, blank_lines: int) -> Change:
    """The small statement at `index` of a line is preceded by definitions, set apart by blank lines."""
    blanks = [cst.EmptyLine(indent=False)] * blank_lines

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, cst.SimpleStatementLine)
        blocks = list(cst.parse_module(code).body)
        lead = list(node.leading_lines)
        while lead and lead[0].comment is None:
            del lead[0]
        before, small = node.body[:index], node.with_changes(body=node.body[index:], leading_lines=[*blanks, *lead])
        first = blocks[0].with_changes(leading_lines=blanks)
        if not before:
            return cst.FlattenSentinel([first, *blocks[1:], small])
        ended = before[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        line = cst.SimpleStatementLine([*before[:-1], ended], leading_lines=lead)
        return cst.FlattenSentinel([line, first, *blocks[1:], small.with_changes(leading_lines=blanks)])

    return change


def wrap_in_with(index: int, header: str, *first: str) -> Change:
    """The small statement at `index` of a line runs inside `with header:`, after other statements if there are any."""

    def within(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        block = cst.ensure_type(cst.parse_statement(f"with {header}:\n    ...\n"), cst.With)
        return [block.with_changes(body=cst.IndentedBlock([*statements_of(*first), cst.SimpleStatementLine([small])]))]

    return _spread(index, within)


def become_train_function(name: str, parameter: str, first: Sequence[str]) -> Change:
    """A function gets a name and at most one parameter; what it was given as others is bound in its first lines."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        params = cst.Parameters([cst.Param(cst.Name(parameter))] if parameter else [])
        at = 1 if node.get_docstring(clean=False) is not None else 0
        body = [*node.body.body[:at], *statements_of(*first), *node.body.body[at:]]
        block = node.body.with_changes(body=body)
        layout = cst.SimpleWhitespace("")
        return node.with_changes(name=cst.Name(name), params=params, whitespace_before_params=layout, returns=None, body=block)

    return change


def replace_return(index: int, name: str, before: Sequence[str], after: Sequence[str]) -> Change:
    """`return x` becomes `name = x`, unless that is what it returns, with statements before and after it."""

    def lines(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, cst.Return) and small.value is not None
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], small.value)
        is_itself = isinstance(small.value, cst.Name) and small.value.value == name
        made = [] if is_itself else [cst.SimpleStatementLine([assign])]
        return [*statements_of(*before), *made, *statements_of(*after)]

    return _spread(index, lines)


def begin_with(lines: Sequence[str]) -> Change:
    """A function begins with more statements, after its docstring."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        at = 1 if node.get_docstring(clean=False) is not None else 0
        body = [*node.body.body[:at], *statements_of(*lines), *node.body.body[at:]]
        return node.with_changes(body=node.body.with_changes(body=body))

    return change
