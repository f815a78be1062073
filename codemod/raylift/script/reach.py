"""What the entry block of a script can reach: functions and classes that it names, and those that they name."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from raylift.script import Script, ScriptNode
from raylift.script.scopes import DEFINITIONS, FUNCTIONS


def reached(script: Script, entry: Iterable[ast.AST]) -> list[ScriptNode]:
    """The entry's nodes and every definition that code reached from there names, also those of neighbours."""
    found = [ScriptNode(script, node) for node in entry]
    seen = {item.node for item in found}
    for item in found:
        for more in (*_named_in(item), *(_every_function(script) if item.script is script and _calls_by_name(item) else ())):
            if more.node not in seen:
                seen.add(more.node)
                found.append(more)
    return found


def _calls_by_name(item: ScriptNode) -> bool:
    """Whether code calls what it looks up by its name: `TASKS[name]()`, `getattr(module, name)()`, `args.func()`, `fire.Fire()`."""
    calls = [node for node in ast.walk(item.node) if isinstance(node, ast.Call)]
    return any(
        isinstance(call.func, ast.Subscript)
        or (isinstance(call.func, ast.Call) and "builtins.getattr" in item.script.names(call.func.func))
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "func" and not item.script.names(call.func))
        or ("fire.Fire" in item.script.names(call.func) and not call.args and not call.keywords)
        for call in calls
    )


def _every_function(script: Script) -> Iterable[ScriptNode]:
    return (ScriptNode(script, node) for node in script.tree.body if isinstance(node, DEFINITIONS))


def _named_in(item: ScriptNode) -> Iterable[ScriptNode]:
    for node in ast.walk(item.node):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            for value in item.script.values(node):
                if isinstance(value, ScriptNode):
                    yield from _definitions(value)


def _definitions(value: ScriptNode) -> Iterable[ScriptNode]:
    """A definition itself; for a typer application, a click group and the like also the functions registered with it."""
    if isinstance(value.node, DEFINITIONS):
        yield value
    if isinstance(value.node, (ast.Call, *FUNCTIONS)):
        for function in (node for node in value.script.tree.body if isinstance(node, DEFINITIONS)):
            if any(_registers(value, part) for decorator in function.decorator_list for part in ast.walk(decorator)):
                yield ScriptNode(value.script, function)


def _registers(value: ScriptNode, part: ast.AST) -> bool:
    """Whether a part of a decorator is `app`, or `group.command` where the group is a function itself."""
    if isinstance(value.node, ast.Call):
        return _is_same(value, part)
    return isinstance(part, ast.Attribute) and _is_same(value, part.value)


def _is_same(value: ScriptNode, part: ast.AST) -> bool:
    return isinstance(part, ast.Name) and any(v == value for v in value.script.values(part))
