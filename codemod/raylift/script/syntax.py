"""Small questions about syntax: what a function holds itself, what a call calls, what stands beside a statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script
from raylift.script.scopes import DEFINITIONS


def own_nodes(holder: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, or of a module, without those of the functions and classes in it."""
    waiting = list(ast.iter_child_nodes(holder))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def call_name(expression: ast.AST) -> str:
    """The last name of what a call calls; empty for anything else."""
    if not isinstance(expression, ast.Call):
        return ""
    function = expression.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def siblings(script: Script, statement: ast.stmt) -> list[ast.stmt]:
    """The block that a statement stands in."""
    holder = script.parent(statement)
    assert holder is not None
    return next(value for _, value in ast.iter_fields(holder) if isinstance(value, list) and statement in value)
