"""Changes to code that is written down in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from raylift.plan import Change


def changed(code: str, change: Change) -> str:
    """An expression after a change to it."""
    node = change(cst.parse_expression(code))
    assert isinstance(node, cst.BaseExpression)
    return cst.Module([]).code_for_node(node)


def line_changed(code: str, change: Change) -> str:
    """A line of statements after a change to it."""
    node = change(cst.parse_statement(code))
    if isinstance(node, cst.FlattenSentinel):
        return cst.Module([cst.ensure_type(each, cst.SimpleStatementLine) for each in node.nodes]).code
    assert isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return cst.Module([node]).code
