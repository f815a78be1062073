"""Where an expression comes from: through calls, attributes and `with`, back to the names that are imported."""

from __future__ import annotations

import ast
from collections import deque
from typing import cast

from raylift.script import Script, ScriptNode, Value

NamesOf = dict[ast.AST, dict[str, None]]


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


def origins(script: Script, expression: ast.AST) -> list[str]:
    """The full names that an expression comes from, the nearest first."""
    known = cast(NamesOf, script.facts.answers.setdefault(origins, {}))
    found: dict[str, None] = {}
    for value in script.values(expression) or [ScriptNode(script, expression)]:
        if not isinstance(value, str) and value.node not in known:
            known.update(_names_behind(value, known))
        found.update({value: None} if isinstance(value, str) else known[value.node])
    return list(found)


def _names_behind(first: ScriptNode, known: NamesOf) -> NamesOf:
    """The names behind a node and behind all that it comes from: each name goes back once along every line that leads to it."""
    users: dict[ast.AST, list[ast.AST]] = {first.node: []}
    waiting, news = [first], deque[tuple[ast.AST, str]]()
    for value in waiting:
        for origin in made_of(value):
            names = [origin] if isinstance(origin, str) else known.get(origin.node, ())
            news.extend((value.node, name) for name in names)
            if isinstance(origin, ScriptNode) and origin.node not in known:
                if origin.node not in users:
                    users[origin.node] = []
                    waiting.append(origin)
                users[origin.node].append(value.node)
    found: NamesOf = {node: {} for node in users}
    while news:
        node, name = news.popleft()
        if name not in found[node]:
            found[node][name] = None
            news.extend((user, name) for user in users[node])
    return found


def called_names(script: Script, call: ast.Call, methods: frozenset[str]) -> list[str]:
    """The full names that a call may have, that of one of some methods after what its object came from: `modal.App.function`."""
    names = list(script.names(call.func))
    if not names and isinstance(call.func, ast.Attribute) and call.func.attr in methods:
        names = [f"{origin}.{call.func.attr}" for origin in origins(script, call.func.value)]
    return names
