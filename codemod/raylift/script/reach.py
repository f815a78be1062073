"""What code can run: the functions and classes that it names or hands over, the methods that it asks for, and those that these reach.

A class brings what runs when one is made; its other methods are reached by their names, as class hierarchy analysis and PyCG
do where a receiver is unknown. Every definition is looked at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from raylift.script import Script, ScriptNode, Value, remembered_for
from raylift.script.class_parts import class_parts
from raylift.script.registrations import all_registered, held_by
from raylift.script.scopes import DEFINITIONS, FUNCTIONS

TYPE_TESTS = frozenset({"builtins.isinstance", "builtins.issubclass"})
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
        for part, name in class_parts(value.script, value.node):
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
                yield from (part for part, _ in class_parts(kind.script, kind.node))


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
        yield from all_registered(value)
