"""Changes that make a function, or make another one of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.lines import statements_of
from raylift.edits.one_more import with_one_more

if TYPE_CHECKING:
    from raylift.plan import Change


def add_parameter(code: str) -> Change:
    """A function takes one more parameter, given as it would be written; on a line of its own where each of the others has one."""
    new = cst.ensure_type(cst.parse_statement(f"def f({code}): ..."), cst.FunctionDef).params.params[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        old, params = node.params, list(node.params.params)
        if isinstance(old.star_arg, cst.Param):  # what follows it can only be given by name
            params += [old.star_arg, *old.kwonly_params]
        params = with_one_more(params, new, node.whitespace_before_params)
        count = len(old.params)
        if isinstance(old.star_arg, cst.Param):
            by_name = params[count + 1 :]
            return node.with_changes(params=old.with_changes(star_arg=params[count], kwonly_params=by_name))
        return node.with_changes(params=old.with_changes(params=params))

    return change


def add_parameters(code: Sequence[str]) -> Change:
    """A function takes further parameters, given as they would be written."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        for parameter in code:
            node = cst.ensure_type(add_parameter(parameter)(node), cst.FunctionDef)
        return node

    return change


def become_train_function(name: str, parameter: str, first: Sequence[str]) -> Change:
    """A function gets a name and at most one parameter; what it was given as others is bound in its first lines."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        params = cst.Parameters([cst.Param(cst.Name(parameter))] if parameter else [])
        at = 1 if node.get_docstring() is not None else 0
        body = [*node.body.body[:at], *statements_of(*first), *node.body.body[at:]]
        block = node.body.with_changes(body=body)
        layout = cst.SimpleWhitespace("")
        return node.with_changes(name=cst.Name(name), params=params, whitespace_before_params=layout, returns=None, body=block)

    return change


def begin_with(lines: Sequence[str]) -> Change:
    """A function begins with more statements, after its docstring."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        at = 1 if node.get_docstring() is not None else 0
        body = [*node.body.body[:at], *statements_of(*lines), *node.body.body[at:]]
        return node.with_changes(body=node.body.with_changes(body=body))

    return change
