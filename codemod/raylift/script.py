"""A parsed script that answers questions, by `ast` alone: thirty times faster than LibCST with its metadata."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar, cast

from raylift.nearby import Nearby, Neighbours, Place, no_neighbours, places
from raylift.remarks import Remark, remarks_of
from raylift.scopes import FUNCTIONS, Binding, Function, Imported, Scope, Scopes

Answer = TypeVar("Answer")
Node = TypeVar("Node", bound=ast.AST)


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


class Script:
    """What the user wrote, parsed once; every answer is about the untouched source."""

    def __init__(
        self, source: bytes, neighbours: Neighbours = no_neighbours, place: Place | None = None, nearby: Nearby | None = None
    ) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._place = place
        self._nearby = nearby or Nearby(neighbours)
        self._scopes = Scopes(self.tree)
        self.answers: dict[object, object] = {}
        self._attributes: dict[ast.ClassDef, dict[str, list[ast.expr]]] = {}
        self._named: dict[ast.AST, frozenset[str]] = {}

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What its comments say to raylift."""
        return remarks_of(self.source)

    # --- nodes and where they stand

    @cached_property
    def _by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            found.setdefault(type(node), []).append(node)
        return found

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of one type, in source order."""
        nodes = [node for node in self._by_type.get(kind, []) if isinstance(node, kind)]
        return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))

    def scope(self, node: ast.AST) -> Scope:
        """The scope that a node is evaluated in."""
        while node not in self._scopes.of:
            node = self._scopes.parent[node]
        return self._scopes.of[node]

    @property
    def globals(self) -> Scope:
        """The module's own scope."""
        return self._scopes.module

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._scopes.parent.get(node)

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """What holds a node, from the inside out."""
        holder = self.parent(node)
        while holder is not None:
            yield holder
            holder = self.parent(holder)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node."""
        for holder in (node, *self.enclosing(node)):
            if isinstance(holder, ast.stmt):
                return holder
        raise ValueError("a node outside every statement")

    def top_level(self, node: ast.AST) -> ast.stmt:
        """The top-level statement that holds a node."""
        tops = [holder for holder in (node, *self.enclosing(node)) if isinstance(holder, ast.stmt)]
        return tops[-1]

    def place_in_line(self, statement: ast.stmt) -> int:
        """How many statements precede one in its line: `a; b` puts `b` at 1."""
        siblings = next(
            block
            for _, block in ast.iter_fields(self._scopes.parent[statement])
            if isinstance(block, list) and statement in block
        )
        index = siblings.index(statement)
        place = 0
        while place < index and siblings[index - place - 1].end_lineno == siblings[index - place].lineno:
            place += 1
        return place

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function that holds a node."""
        return next((holder for holder in self.enclosing(node) if isinstance(holder, FUNCTIONS)), None)

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The innermost class that holds a node."""
        return next((holder for holder in self.enclosing(node) if isinstance(holder, ast.ClassDef)), None)

    # --- names

    def is_taken(self, name: str) -> bool:
        """Whether the script uses a name anywhere, for whatever."""
        return name in self._names or hasattr(builtins, name)

    @cached_property
    def _names(self) -> set[str]:
        names = {node.id for node in self.all(ast.Name)} | {node.arg for node in self.all(ast.arg)}
        names |= {name for scope in {*self._scopes.of.values(), self.globals} for name in scope.bindings}
        return names

    def free_name(self, *wanted: str) -> str:
        """The first of the wanted names that the script does not use, else the last one with a number."""
        for name in wanted:
            if not self.is_taken(name):
                return name
        return next(name for n in range(2, 999) if not self.is_taken(name := f"{wanted[-1]}_{n}"))

    def imports(self) -> Iterator[Imported]:
        """Everything that an import binds, wherever it stands; star imports as `module.*`."""
        for node in self.all(ast.Import):
            yield from (Imported(alias.name, node) for alias in node.names)
        for from_node in self.all(ast.ImportFrom):
            origin = "." * from_node.level + (from_node.module or "")
            joint = "" if origin.endswith(".") else "."
            yield from (Imported(f"{origin}{joint}{alias.name}", from_node) for alias in from_node.names)

    @property
    def has_neighbours(self) -> bool:
        """Whether it imports a module that stands beside it."""
        modules = {binding.name.rpartition(".")[0] or binding.name for binding in self.imports()}
        return any(self.neighbour(module) for module in modules)

    # --- meaning

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
