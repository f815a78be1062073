"""Where an expression comes from: through calls, attributes and `with`, back to the names that are imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, ScriptNode, Value


def made_of(found: ScriptNode) -> list[Value]:
    """What a node is a part or a result of: `app.function(...)` of `app.function`, that of `app`, that of `modal.App`."""
    script, node = found.script, found.node
    if isinstance(node, ast.Call):
        return list(script.values(node.func)) or _receiver(script, node.func)
    if isinstance(node, ast.Attribute):
        return list(script.values(node.value))
    if isinstance(node, ast.BinOp):
        return [*script.values(node.left), *script.values(node.right)]
    if isinstance(node, ast.Name) and isinstance(holder := script.parent(node), ast.withitem):
        return list(script.values(holder.context_expr))
    return []


def _receiver(script: Script, function: ast.expr) -> list[Value]:
    """What has a method that nothing is known of."""
    return list(script.values(function.value)) if isinstance(function, ast.Attribute) else []


def origins(script: Script, expression: ast.AST) -> Iterator[str]:
    """The full names that an expression comes from, the nearest first."""
    waiting = [*script.values(expression)] or [ScriptNode(script, expression)]
    seen = set(waiting)
    for value in waiting:
        if isinstance(value, str):
            yield value
            continue
        for more in made_of(value):
            if more not in seen:
                seen.add(more)
                waiting.append(more)


def called_names(script: Script, call: ast.Call, methods: frozenset[str]) -> list[str]:
    """The full names that a call may have, that of one of some methods after what its object came from: `modal.App.function`."""
    names = list(script.names(call.func))
    if not names and isinstance(call.func, ast.Attribute) and call.func.attr in methods:
        names = [f"{origin}.{call.func.attr}" for origin in origins(script, call.func.value)]
    return names
