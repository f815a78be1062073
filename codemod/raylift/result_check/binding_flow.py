"""Which names are bound where a block reads them: surely, perhaps, or never.

A walk along all ways through a block that keeps two sets of names, as bits: those that every way has bound, and those that
some way has. What functions and lambdas read, they read later; it is not asked here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

from raylift.result_check.parsed_bytes import statements_in

NEVER, PERHAPS, SURELY = 0, 1, 2
FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITION_NODES = (*FUNCTION_NODES, ast.ClassDef)
COMPREHENSION_NODES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
ANY_NAME = "*"
"""Stands for whatever a star import may bind."""


class BoundNames(NamedTuple):
    """What is bound at a point, as bits: on every way there, and on some."""

    surely: int = 0
    perhaps: int = 0


Ways = BoundNames | None
"""What is bound; None where nothing gets there."""


def joined(*ways: Ways) -> Ways:
    """What is bound where ways meet."""
    alive = [way for way in ways if way is not None]
    return reduce(lambda a, b: BoundNames(a.surely & b.surely, a.perhaps | b.perhaps), alive) if alive else None


class BindingFlow:
    """One walk along the ways through blocks; `reads` has how surely each name was bound, and the statements that read it so."""

    def __init__(self) -> None:
        self.reads: dict[str, dict[int, list[ast.stmt]]] = {}
        self._reader: ast.stmt = ast.Pass()
        self._bits: dict[str, int] = {}
        self._breaks: list[list[Ways]] = []

    def bits(self, names: Iterable[str]) -> int:
        found = 0
        for name in names:
            found |= self._bits.setdefault(name, 1 << len(self._bits))
        return found

    def block(self, statements: Iterable[ast.stmt], ways: Ways) -> Ways:
        """What is bound after a block; None where nothing gets to its end."""
        for statement in statements:
            if ways is None:
                return None
            ways = self._statement(statement, ways)
        return ways

    def read(self, name: str, ways: BoundNames) -> None:
        bit = self.bits([name])
        level = SURELY if ways.surely & bit else PERHAPS if ways.perhaps & bit else NEVER
        if level == NEVER and ways.perhaps & self.bits([ANY_NAME]):
            level = PERHAPS
        self.reads.setdefault(name, {}).setdefault(level, []).append(self._reader)

    def _statement(self, node: ast.stmt, ways: BoundNames) -> Ways:
        self._reader = node
        if isinstance(node, DEFINITION_NODES):
            return self._definition(node, ways)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return self._bound(ways, (alias.asname or alias.name.partition(".")[0] for alias in node.names))
        if isinstance(node, ast.If):
            here = self._expression(node.test, ways)
            return joined(self.block(node.body, here), self.block(node.orelse, here))
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, ways)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self.block(node.body, self._parts(node.items, ways))
        if isinstance(node, ast.Match):
            return self._match(node, ways)
        if hasattr(node, "handlers"):
            return self._attempt(node, ways)
        return self._simple(node, ways)

    def _simple(self, node: ast.stmt, ways: BoundNames) -> Ways:
        if isinstance(node, (ast.Break, ast.Continue)):
            if isinstance(node, ast.Break) and self._breaks:
                self._breaks[-1].append(ways)
            return None
        if isinstance(node, ast.Assign):
            return self._parts(node.targets, self._expression(node.value, ways))
        if isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                self.read(node.target.id, ways)
            return self._parts([node.target], self._expression(node.value, ways))
        if isinstance(node, ast.AnnAssign):
            here = self._parts([node.value] if node.value else [], ways)
            return self._parts([node.target], here) if node.value or not isinstance(node.target, ast.Name) else here
        here = self._parts(ast.iter_child_nodes(node), ways)
        return None if isinstance(node, (ast.Return, ast.Raise)) else here

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ways: BoundNames) -> Ways:
        if isinstance(node, ast.ClassDef):
            here = self._parts([*node.decorator_list, *node.bases, *node.keywords], ways)
            self.block(node.body, here)
        else:
            defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
            here = self._parts([*node.decorator_list, *defaults], ways)
            declared = (part for part in statements_in(node.body) if isinstance(part, ast.Global))
            here = self._doubtful(here, (name for part in declared for name in part.names))
        return self._bound(here, [node.name])

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, ways: BoundNames) -> Ways:
        self._breaks.append([])
        if isinstance(node, ast.While):
            again = self._doubtful(ways, names_stored_in(node.body))
            here = self._expression(node.test, BoundNames(ways.surely, again.perhaps))
            self.block(node.body, here)
            is_endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
            after: Ways = None if is_endless else self._doubtful(here, names_stored_in(node.body))
        else:
            here = self._expression(node.iter, ways)
            again = self._doubtful(here, names_stored_in([node]))
            self.block(node.body, self._parts([node.target], again))
            after = again
        after = self.block(node.orelse, after)
        return joined(after, *self._breaks.pop())

    def _attempt(self, node: ast.stmt, ways: BoundNames) -> Ways:
        body, handlers = getattr(node, "body", []), getattr(node, "handlers", [])
        ends: list[Ways] = [self.block(getattr(node, "orelse", []), self.block(body, ways))]
        caught = self._doubtful(ways, names_stored_in(body))
        for handler in handlers:
            here = self._expression(handler.type, caught) if handler.type else caught
            end = self.block(handler.body, self._bound(here, [handler.name] if handler.name else []))
            ends.append(self._unbound(end, [handler.name]) if handler.name and end else end)
        last = getattr(node, "finalbody", [])
        if not last:
            return joined(*ends)
        anyway = self._doubtful(caught, names_stored_in([*body, *handlers]))
        end = joined(*ends)
        self.block(last, anyway)
        return self.block(last, end)

    def _match(self, node: ast.Match, ways: BoundNames) -> Ways:
        here = self._expression(node.subject, ways)
        ends: list[Ways] = [here]
        for case in node.cases:
            names = {
                n for part in ast.walk(case.pattern) for n in (getattr(part, "name", None), getattr(part, "rest", None)) if n
            }
            inside = self._bound(here, names)
            ends.append(self.block(case.body, self._expression(case.guard, inside) if case.guard else inside))
        return joined(*ends)

    def _parts(self, nodes: Iterable[ast.AST], ways: BoundNames) -> BoundNames:
        for node in nodes:
            ways = self._expression(node, ways)
        return ways

    def _expression(self, node: ast.AST, ways: BoundNames) -> BoundNames:
        """What is bound after an expression or a target; its names are read on the way."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                self.read(node.id, ways)
                return ways
            if isinstance(node.ctx, ast.Del):
                self.read(node.id, ways)
                return self._unbound(ways, [node.id])
            return self._bound(ways, [node.id])
        if isinstance(node, ast.Lambda):
            return self._parts([*node.args.defaults, *(each for each in node.args.kw_defaults if each)], ways)
        if isinstance(node, COMPREHENSION_NODES):
            return self._comprehension(node, ways)
        if isinstance(node, ast.NamedExpr):
            return self._bound(self._expression(node.value, ways), [node.target.id])
        return self._parts(ast.iter_child_nodes(node), ways)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, ways: BoundNames) -> BoundNames:
        own = {
            part.id
            for generator in node.generators
            for part in ast.walk(generator.target)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        first = self._expression(node.generators[0].iter, ways)
        inside = self._bound(first, own)
        after = self._parts(ast.iter_child_nodes(node), inside)
        kept = self.bits(own)
        return BoundNames(after.surely & ~kept | ways.surely & kept, after.perhaps & ~kept | ways.perhaps & kept)

    def _bound(self, ways: BoundNames, names: Iterable[str]) -> BoundNames:
        more = self.bits(names)
        return BoundNames(ways.surely | more, ways.perhaps | more)

    def _doubtful(self, ways: BoundNames, names: Iterable[str]) -> BoundNames:
        return BoundNames(ways.surely, ways.perhaps | self.bits(names))

    def _unbound(self, ways: BoundNames, names: Iterable[str]) -> BoundNames:
        less = ~self.bits(names)
        return BoundNames(ways.surely & less, ways.perhaps & less)


def names_stored_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that nodes bind, those of functions in them included: at worst a name too many."""
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
            elif isinstance(part, DEFINITION_NODES):
                yield part.name
            elif isinstance(part, ast.alias):
                yield part.asname or part.name.partition(".")[0]
