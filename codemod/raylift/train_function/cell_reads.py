"""What each statement of a notebook reads, and which statements before it have made that."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from raylift.script.scopes import DEFINITIONS
from raylift.train_function.cell_calls import only_looks
from raylift.train_function.statements import Statement

SURE = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *DEFINITIONS)


class CellReads:
    """For each statement, by its number, those before it that bind, or may change, what it reads.

    `changed_by` are the names whose objects it may change without binding them.
    """

    def __init__(self, every: Sequence[Statement], training: Collection[int]) -> None:
        self._every, self._training = every, training
        self._read_through = ReadThrough(every)
        self.changed_by: list[set[str]] = [set() for _ in every]
        self.needs = self._definitions_read()

    def _definitions_read(self) -> list[set[int]]:
        reaching: dict[str, set[int]] = {}
        needs: list[set[int]] = []
        for i, statement in enumerate(self._every):
            needs.append({d for name in self._names_read(statement) for d in reaching.get(name, ()) if d != i})
            again = _imported_again(statement, reaching, self._every)
            for name in statement.binds - again:
                reaching[name] = {i} if isinstance(statement.node, SURE) else reaching.get(name, set()) | {i}
            for name in self._changed(i, statement) & reaching.keys():
                if not all(self._cannot_change(d) for d in reaching[name]):
                    self.changed_by[i].add(name)
                    reaching[name] = reaching[name] | {i}
        return needs

    def _names_read(self, statement: Statement) -> frozenset[str]:
        own = statement.reads_now if isinstance(statement.node, DEFINITIONS) else statement.reads_now | statement.reads_later
        if isinstance(statement.node, ast.Delete):
            own |= statement.binds
        return own.union(*map(self._read_through, own))

    def _changed(self, i: int, statement: Statement) -> frozenset[str]:
        """The names whose object a statement may change without binding it."""
        if isinstance(statement.node, DEFINITIONS) or statement.kind == "import" or only_looks(statement.node):
            return frozenset()
        changed: set[str] = set()
        for part in ast.walk(statement.node):
            if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
                changed.add(_root(part))
            elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
                changed |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        if i in self._training:
            changed |= statement.reads_now
        return frozenset(changed)

    def _cannot_change(self, i: int) -> bool:
        """Whether what a statement binds is the same for ever: text, a number, a function, a module."""
        statement = self._every[i]
        if statement.kind != "constant":
            return statement.kind in ("import", "function", "class")
        return not any(isinstance(part, (ast.List, ast.Dict, ast.Set)) for part in ast.walk(statement.node))


def _imported_again(statement: Statement, reaching: Mapping[str, set[int]], every: Sequence[Statement]) -> set[str]:
    """The names of an import that mean the same already, through an import above."""
    again: set[str] = set()
    for name, origin in _origins(statement.node).items():
        before = [every[i].node for i in reaching.get(name, ())]
        if before and all(_origins(node).get(name) == origin for node in before):
            again.add(name)
    return again


def _origins(node: ast.stmt) -> dict[str, str]:
    """What each name of a plain import stands for."""
    if isinstance(node, ast.Import):
        return {a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0] for a in node.names}
    if isinstance(node, ast.ImportFrom):
        return {a.asname or a.name: f"{'.' * node.level}{node.module or ''}.{a.name}" for a in node.names}
    return {}


class ReadThrough:
    """What calling a function or a class may read, through those that it names as well."""

    def __init__(self, every: Sequence[Statement]) -> None:
        self._direct: dict[str, frozenset[str]] = {}
        for statement in every:
            if isinstance(statement.node, DEFINITIONS):
                name = statement.node.name
                self._direct[name] = self._direct.get(name, frozenset()) | statement.reads_later | statement.reads_now
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, name: str) -> frozenset[str]:
        """All names that calling what has this name may read."""
        if name not in self._known:
            seen: set[str] = set()
            waiting = [name]
            while waiting:
                more = self._direct.get(waiting.pop(), frozenset()) - seen
                seen |= more
                waiting += more
            self._known[name] = frozenset(seen)
        return self._known[name]


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
