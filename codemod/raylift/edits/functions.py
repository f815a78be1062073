"""Changes that make a function, or make another one of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from raylift.plan import Change

from typing import TYPE_CHECKING

from raylift.edits.statements import statements_of

if TYPE_CHECKING:
    from raylift.plan import Change


def add_parameter(code: str) -> Change:
    """A function takes one more parameter, given as it would be written."""
    function = cst.parse_statement(f"def f({code}): ...")
    assert isinstance(function, cst.FunctionDef)
    new = function.params.params[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        params = [*node.params.params, new]
        return node.with_changes(params=node.params.with_changes(params=params))

    return change


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


def begin_with(lines: Sequence[str]) -> Change:
    """A function begins with more statements, after its docstring."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        at = 1 if node.get_docstring(clean=False) is not None else 0
        body = [*node.body.body[:at], *statements_of(*lines), *node.body.body[at:]]
        return node.with_changes(body=node.body.with_changes(body=body))

    return change
