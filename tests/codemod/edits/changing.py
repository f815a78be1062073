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
        return cst.Module(list(node.nodes)).code
    assert isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return cst.Module([node]).code


def behind_colon_changed(code: str, change: Change) -> str:
    """A statement after a change to what stands behind its colon."""
    block = cst.ensure_type(cst.parse_statement(code), cst.If)
    body = change(block.body)
    assert isinstance(body, cst.BaseSuite)
    return cst.Module([block.with_changes(body=body)]).code
