"""A parsed script that answers questions, by `ast` alone: thirty times faster than LibCST with its metadata."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar, cast

from raylift.script.neighbours import Nearby, Neighbours, Place, no_neighbours, places
from raylift.script.scopes import FUNCTIONS, Binding, Imported
from raylift.script.tree import Tree

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """A node that a name stands for, and the script that holds it."""

    script: Script
    node: ast.AST


Value = str | Found
"""What an expression may stand for: the full name of something imported or built in, or a node in sight."""


def remembered(ask: Callable[[Script], Answer]) -> Callable[[Script], Answer]:
    """A question about a script whose answer is kept with the script."""

    @wraps(ask)
    def answer(script: Script) -> Answer:
        if ask not in script.answers:
            script.answers[ask] = ask(script)
        return cast(Answer, script.answers[ask])

    return answer


class Script(Tree):
    """What the user wrote, parsed once; every answer is about the untouched source."""

    def __init__(
        self, source: bytes, neighbours: Neighbours = no_neighbours, place: Place | None = None, nearby: Nearby | None = None
    ) -> None:
        super().__init__(source)
        self._place = place
        self._nearby = nearby or Nearby(neighbours)
        self.answers: dict[object, object] = {}
        self._attributes: dict[ast.ClassDef, dict[str, list[ast.expr]]] = {}
        self._named: dict[ast.AST, frozenset[str]] = {}

    @property
    def has_neighbours(self) -> bool:
        """Whether it imports a module that stands beside it."""
        modules = {binding.name.rpartition(".")[0] or binding.name for binding in self.imports()}
        return any(self.neighbour(module) for module in modules)

    def values(self, expression: ast.AST, _seen: frozenset[ast.AST] = frozenset()) -> Iterator[Value]:
        """All that an expression may stand for, seen through aliases, conditions and attributes of `self`."""
        if expression in _seen or len(_seen) > 60:
            return
        seen = _seen | {expression}
        if isinstance(expression, ast.Name):
            yield from self._values_of_name(expression, seen)
        elif isinstance(expression, ast.Attribute):
            yield from self._values_of_attribute(expression, seen)
        elif isinstance(expression, ast.IfExp):
            yield from self.values(expression.body, seen)
            yield from self.values(expression.orelse, seen)
        elif isinstance(expression, ast.BoolOp):
            for part in expression.values:
                yield from self.values(part, seen)
        elif isinstance(expression, (ast.NamedExpr, ast.Await)):
            yield from self.values(expression.value, seen)
        elif isinstance(expression, ast.Subscript):
            yield from self._values_of_subscript(expression, seen)
        else:
            yield Found(self, expression)

    def _values_of_name(self, name: ast.Name, seen: frozenset[ast.AST]) -> Iterator[Value]:
        owner = self.scope(name).owner(name.id)
        if owner is None:
            yield from self._values_from_afar(name.id)
            return
        for binding in owner.bindings[name.id]:
            yield from self._values_of_binding(binding, seen)

    def _values_of_binding(self, binding: Binding, seen: frozenset[ast.AST]) -> Iterator[Value]:
        if isinstance(binding, Imported):
            yield from self._values_of_import(binding.name)
        elif isinstance(binding, ast.expr) and not (
            isinstance(binding, ast.Name) and isinstance(binding.ctx, (ast.Store, ast.Del))
        ):
            yield from self.values(binding, seen)
        else:
            yield Found(self, binding)

    def _values_from_afar(self, name: str) -> Iterator[Value]:
        """A name bound nowhere: from a star import, or built in."""
        for origin in self.globals.stars:
            yield from self._values_of_import(f"{origin}{'' if origin.endswith('.') else '.'}{name}")
        if hasattr(builtins, name):
            yield f"builtins.{name}"

    def _values_of_import(self, name: str) -> list[Value]:
        """What an imported name stands for; modules that import each other are followed once."""
        if (self, name) in self._nearby.following:
            return []
        self._nearby.following.add((self, name))
        try:
            return list(self._followed(name))
        finally:
            self._nearby.following.discard((self, name))

    def _followed(self, name: str) -> Iterator[Value]:
        module, _, attribute = name.rpartition(".")
        beside = self.neighbour(module) if module else None
        if beside is None:
            yield name
        elif attribute in beside.globals.bindings:
            for binding in beside.globals.bindings[attribute]:
                yield from beside._values_of_binding(binding, frozenset())
        else:
            yield from beside._values_from_afar(attribute)
            yield name

    def _values_of_attribute(self, node: ast.Attribute, seen: frozenset[ast.AST]) -> Iterator[Value]:
        if isinstance(node.value, ast.Name) and node.value.id == "self" and (holder := self.class_of(node)):
            for target in self._attributes_set_in(holder, node.attr):
                yield from self.values(target, seen)
            yield from (Found(self, part) for part in holder.body if isinstance(part, FUNCTIONS) and part.name == node.attr)
            return
        for value in self.values(node.value, seen):
            if isinstance(value, str):
                yield from self._values_of_import(f"{value}.{node.attr}")
            elif isinstance(value.node, ast.Call):
                yield Found(self, node)

    def _attributes_set_in(self, holder: ast.ClassDef, name: str) -> list[ast.expr]:
        if holder not in self._attributes:
            found = self._attributes[holder] = {}
            for assign in (node for node in ast.walk(holder) if isinstance(node, (ast.Assign, ast.AnnAssign))):
                for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
                    if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
                        continue
                    if target.value.id == "self" and assign.value is not None:
                        found.setdefault(target.attr, []).append(assign.value)
        return self._attributes[holder].get(name, [])

    def _values_of_subscript(self, node: ast.Subscript, seen: frozenset[ast.AST]) -> Iterator[Value]:
        for value in self.values(node.value, seen):
            if isinstance(value, Found) and isinstance(value.node, ast.Dict):
                for part in value.node.values:
                    yield from value.script.values(part, seen)

    def names(self, expression: ast.AST) -> frozenset[str]:
        """The full names of everything imported or built in that an expression may stand for."""
        if expression not in self._named:
            self._named[expression] = frozenset(v for v in self.values(expression) if isinstance(v, str))
        return self._named[expression]

    def calls_to(self, *names: str) -> Iterator[ast.Call]:
        """Calls of what is imported under one of these full names, however it is spelled here."""
        for call in self.all(ast.Call):
            if not self.names(call.func).isdisjoint(names):
                yield call

    def method_calls(self, name: str) -> Iterator[tuple[ast.Call, ast.expr]]:
        """Calls `x.name(...)` with their `x`."""
        for call in self.all(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == name:
                yield call, call.func.value

    def neighbour(self, module: str) -> Script | None:
        """The script beside this one that an import names, read but never run; None if it is not there."""
        for place in places(module, self._place):
            if beside := self._nearby.script(place, lambda source, at: Script(source, place=at, nearby=self._nearby)):
                return beside
        return None
