"""What code can run: the functions and classes that it names or hands over, the methods that it asks for, and those that these reach.

A class brings what runs when one is made; its other methods are reached by their names, as class hierarchy analysis and PyCG
do where a receiver is unknown. Every definition is looked at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from raylift.script import Script, ScriptNode, Value, remembered, remembered_for
from raylift.script.facts import Holder
from raylift.script.scopes import DEFINITIONS, FUNCTIONS

TYPE_TESTS = frozenset({"builtins.isinstance", "builtins.issubclass"})
PLAIN_BASES = frozenset({
    "abc.ABC", "builtins.object", "torch.nn.Module", "torch.nn.modules.module.Module", "torch.utils.data.Dataset",
    "torch.utils.data.IterableDataset", "typing.Generic", "typing.Protocol", "enum.Enum",
})  # fmt: skip
"""Classes out of sight that call no method of their children but those with underscores."""
COLLECTIONS = (ast.Dict, ast.List, ast.Tuple, ast.Set)


@dataclass(frozen=True, slots=True)
class _Mentions:
    """What a piece of code hands on: definitions, and attributes by their names; `looks_up` where it calls what it finds by a name."""

    definitions: tuple[ScriptNode, ...]
    attributes: tuple[str, ...]
    looks_up: bool


Stops = Callable[[ScriptNode], bool]


def _never(value: ScriptNode) -> bool:
    return False


def reached(script: Script, entry: Iterable[ast.AST], stops: Stops = _never) -> list[ScriptNode]:
    """The entry's nodes and every function and part of a class that may run from there, also in other modules.

    What `stops` is not looked into, and is none of it.
    """
    search = _Search(script, stops)
    for node in entry:
        search.add(ScriptNode(script, node))
    for item in search.order:
        search.follow(item)
    return search.order


class _Search:
    """What was found so far, and the methods that wait for somebody to ask for their names."""

    def __init__(self, script: Script, stops: Stops) -> None:
        self.order: list[ScriptNode] = []
        self._script = script
        self._stops = stops
        self._found: set[ScriptNode] = set()
        self._asked: set[str] = set()
        self._waiting: dict[str, list[ScriptNode]] = {}
        self._loose: set[Script] = set()

    def add(self, value: ScriptNode) -> None:
        """A definition that may run; of a class what runs when one is made, and whatever of it was asked for."""
        if value in self._found or self._stops(value):
            return
        self._found.add(value)
        if not isinstance(value.node, ast.ClassDef):
            self.order.append(value)
            return
        for part, name in _parts(value.script, value.node):
            if not name or name in self._asked or value.script in self._loose:
                self.add(part)
            else:
                self._waiting.setdefault(name, []).append(part)

    def follow(self, item: ScriptNode) -> None:
        """What one piece of code hands on and asks for."""
        said = _mentions(item.script, item.node)
        for value in said.definitions:
            self.add(value)
        for name in said.attributes:
            self._asked.add(name)
            for method in self._waiting.pop(name, ()):
                self.add(method)
        if said.looks_up and item.script not in self._loose:
            self._loose.add(item.script)
            for method in [method for methods in self._waiting.values() for method in methods if method.script is item.script]:
                self.add(method)
            for value in _every_definition(item.script) if item.script is self._script else ():
                self.add(value)


@remembered_for
def _mentions(script: Script, root: ast.AST) -> _Mentions:
    definitions: dict[ScriptNode, None] = {}
    attributes: dict[str, None] = {}
    calls: list[ast.Call] = []
    for node in _running_parts(script, root):
        if isinstance(node, ast.Call):
            calls.append(node)
            definitions.update(dict.fromkeys(_commands_of_fire(script, node)))
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            for value in script.values(node):
                definitions.update(dict.fromkeys(_definitions(value)))
            if isinstance(node, ast.Attribute):
                attributes[node.attr] = None
    return _Mentions(tuple(definitions), tuple(attributes), any(_calls_by_name(script, call) for call in calls))


def _running_parts(script: Script, root: ast.AST) -> Iterator[ast.AST]:
    """Everything inside a node that is evaluated to something that may run: no annotation, and no class that is only tested for."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            parts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, ast.AST)]
            if name == "args" and isinstance(node, ast.Call) and not script.names(node.func).isdisjoint(TYPE_TESTS):
                parts = parts[:1]
            waiting += parts


@remembered_for
def _parts(script: Script, holder: ast.ClassDef) -> list[tuple[ScriptNode, str]]:
    """What a class consists of; its methods with the name that they wait for, all else without one."""
    runs_any = not all(base in PLAIN_BASES for base in _bases_out_of_sight(script, holder))
    parts: list[tuple[ScriptNode, str]] = []
    for node in (*holder.body, *holder.decorator_list, *holder.bases, *(keyword.value for keyword in holder.keywords)):
        waits = isinstance(node, FUNCTIONS) and not node.name.startswith("__") and not runs_any
        parts.append((ScriptNode(script, node), node.name if waits and isinstance(node, FUNCTIONS) else ""))
    return parts


def _bases_out_of_sight(script: Script, holder: ast.ClassDef) -> Iterator[str]:
    """The full names of what a class, or a class in sight that it derives from, derives from; empty where nothing is known."""
    seen = {ScriptNode(script, holder)}
    waiting = list(seen)
    while waiting:
        value = waiting.pop()
        assert isinstance(value.node, ast.ClassDef)
        for base in value.node.bases:
            base = base.value if isinstance(base, ast.Subscript) else base
            known = list(value.script.values(base))
            yield from ([] if known else [""])
            for each in known:
                if isinstance(each, str):
                    yield each
                elif isinstance(each.node, ast.ClassDef) and each not in seen:
                    seen.add(each)
                    waiting.append(each)


def _calls_by_name(script: Script, call: ast.Call) -> bool:
    """Whether a call is of what code looks up by its name: `TASKS[name]()`, `getattr(module, name)()`, `args.func()`, `fire.Fire()`."""
    return (
        isinstance(call.func, ast.Subscript)
        or (isinstance(call.func, ast.Call) and "builtins.getattr" in script.names(call.func.func))
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "func" and not script.names(call.func))
        or ("fire.Fire" in script.names(call.func) and not call.args and not call.keywords)
    )


def _commands_of_fire(script: Script, call: ast.Call) -> Iterator[ScriptNode]:
    """The methods of a class, or of an object, that `fire.Fire` makes commands of."""
    if not call.args or "fire.Fire" not in script.names(call.func):
        return
    for value in script.values(call.args[0]):
        made = value.script.values(value.node.func) if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call) else ()
        for kind in (value, *made):
            if isinstance(kind, ScriptNode) and isinstance(kind.node, ast.ClassDef):
                yield from (part for part, _ in _parts(kind.script, kind.node))


def _every_definition(script: Script) -> Iterable[ScriptNode]:
    return (ScriptNode(script, node) for node in script.tree.body if isinstance(node, DEFINITIONS))


def _definitions(value: Value) -> Iterable[ScriptNode]:
    """A definition itself; what a collection holds; for a typer application, a click group and the like its commands."""
    if isinstance(value, str):
        return
    if isinstance(value.node, DEFINITIONS):
        yield value
    if isinstance(value.node, COLLECTIONS):
        yield from held_by(value)
    if isinstance(value.node, (ast.Call, *FUNCTIONS)):
        yield from _all_registered(value)


def held_by(value: ScriptNode) -> Iterator[ScriptNode]:
    """The definitions among the elements of a dict, a list, a tuple or a set."""
    if isinstance(value.node, ast.Dict):
        held = [value.script.facts.values(Holder(value.script, value.node))]
    else:
        held = [value.script.values(part) for part in getattr(value.node, "elts", ())]
    for values in held:
        yield from (each for each in values if isinstance(each, ScriptNode) and isinstance(each.node, DEFINITIONS))


def _all_registered(value: ScriptNode) -> Iterator[ScriptNode]:
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
