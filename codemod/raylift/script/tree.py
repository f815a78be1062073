"""A syntax tree that knows where each node stands and which names it uses."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar, cast

from raylift.script.scopes import FUNCTIONS, Function, Imported, Scope, Scopes

Node = TypeVar("Node", bound=ast.AST)


class Parsed:
    """A source as a syntax tree, with its scopes; the same whoever asks, so that all may share it."""

    def __init__(self, source: bytes) -> None:
        self.tree = ast.parse(source)
        self.scopes = Scopes(self.tree)

    @cached_property
    def by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            found.setdefault(type(node), []).append(node)
        for nodes in found.values():
            nodes.sort(key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))
        return found


class Tree:
    """Source parsed once, with the place of every node."""

    def __init__(self, source: bytes, parsed: Parsed | None = None) -> None:
        self.source = source
        self._parsed = parsed or Parsed(source)
        self.tree = self._parsed.tree
        self._scopes = self._parsed.scopes

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of one type, in source order."""
        return cast(list[Node], self._parsed.by_type.get(kind, []))

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

    def free_global_name(self, *wanted: str) -> str:
        """The first of the wanted names that nothing in the module means; local variables of functions may have it."""
        module = {None, self.globals}
        taken = {name for name in wanted if name in self.globals.bindings or hasattr(builtins, name)}
        taken |= {node.id for node in self.all(ast.Name) if node.id in wanted and self.scope(node).owner(node.id) in module}
        return next((name for name in wanted if name not in taken), None) or self.free_name(*wanted)

    def imports(self) -> Iterator[Imported]:
        """Everything that an import binds, wherever it stands; star imports as `module.*`."""
        for node in self.all(ast.Import):
            yield from (Imported(alias.name, node) for alias in node.names)
        for from_node in self.all(ast.ImportFrom):
            origin = "." * from_node.level + (from_node.module or "")
            joint = "" if origin.endswith(".") else "."
            yield from (Imported(f"{origin}{joint}{alias.name}", from_node) for alias in from_node.names)
