"""What a module hands to its own objects: elements of collections, commands of an application, routes of a server.

@app.command()        app.add_typer(more)        parser.set_defaults(func=fit)        TASKS = {"fit": fit}
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from raylift.script import Script, ScriptNode, remembered
from raylift.script.facts import Holder
from raylift.script.scopes import DEFINITIONS, FUNCTIONS


def held_by(value: ScriptNode) -> Iterator[ScriptNode]:
    """The definitions among the elements of a dict, a list, a tuple or a set."""
    if isinstance(value.node, ast.Dict):
        held = [value.script.facts.values(Holder(value.script, value.node))]
    else:
        held = [value.script.values(part) for part in getattr(value.node, "elts", ())]
    for values in held:
        yield from (each for each in values if isinstance(each, ScriptNode) and isinstance(each.node, DEFINITIONS))


def all_registered(value: ScriptNode) -> Iterator[ScriptNode]:
    """The definitions registered with an object, and with the objects registered with it."""
    seen, waiting = {value}, [value]
    while waiting:
        for each in registered_with(waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
                if isinstance(each.node, DEFINITIONS):
                    yield each


def registered_with(value: ScriptNode) -> Iterable[ScriptNode]:
    """The functions that a module hands to an object of its own, or to a group of commands: `@app.command()`, `app.add_typer(more)`."""
    return _registrations(value.script).get(value.node, ())


@remembered
def _registrations(script: Script) -> dict[ast.AST, list[ScriptNode]]:
    """What the top level of a module hands to each object, by the call or function that made that."""
    found: dict[ast.AST, list[ScriptNode]] = {}
    for statement in script.tree.body:
        if isinstance(statement, DEFINITIONS):
            parts = [part for decorator in statement.decorator_list for part in ast.walk(decorator)]
            for value in _objects(script, parts):
                found.setdefault(value.node, []).append(ScriptNode(script, statement))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            calls = [part for part in ast.walk(statement.value) if isinstance(part, ast.Call)]
            given = [part for call in calls for part in (*call.args, *(keyword.value for keyword in call.keywords))]
            handed = [each for part in given for each in script.values(part) if isinstance(each, ScriptNode)]
            for value in _objects(script, [part for call in calls for part in ast.walk(call.func)]):
                found.setdefault(value.node, []).extend(
                    each for each in handed if isinstance(each.node, (ast.Call, *DEFINITIONS))
                )
    return found


def _objects(script: Script, parts: Iterable[ast.AST]) -> Iterator[ScriptNode]:
    """The objects that a call speaks to: `app` however it stands there, `group` in `group.command` where that is a function itself."""
    for part in parts:
        if isinstance(part, ast.Name):
            of_group = isinstance(script.parent(part), ast.Attribute)
            for value in script.values(part):
                if isinstance(value, ScriptNode) and isinstance(value.node, (ast.Call, *(FUNCTIONS if of_group else ()))):
                    yield value
