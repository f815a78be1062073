"""What moves into the train function along with what must: found outwards from each statement that moves, each looked at once."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from raylift.train_function.statements import Statement

Key = TypeVar("Key")


class Moving:
    """The top-level statements that move; `moved` holds them once `take` has been given those that must.

    A function follows a name that it reads later, unless a class that stays reads it, too: a class that can be pickled must stay
    at the top level, and finds the name in the module.
    """

    def __init__(self, every: Sequence[Statement], *, functions_follow: bool) -> None:
        self.moved: set[Statement] = set()
        self._every = every
        self._place = {statement: i for i, statement in enumerate(every)}
        self._first = len(every)
        self._last_import = max((i for i, s in enumerate(every) if s.kind == "import"), default=-1)
        self._given = {name for s in every if s.kind in ("import", "function", "class") for name in s.binds}
        self._contested = _contested(every)
        self._names: set[str] = set()
        self._touched: set[str] = set()
        self._in_line = indexed((s.node.lineno, s) for s in every)
        self._with = indexed((name, s) for s in every if s.kind != "import" for name in s.reads_now | s.defines)
        self._functions = indexed((name, s) for s in every if functions_follow and s.kind == "function" for name in s.reads_later)
        self._facts = indexed((name, s) for s in every if s.kind == "fact" for name in s.reads_now)
        self._held = Counter(name for s in every if s.kind == "class" for name in s.reads_later)

    def take(self, statements: Iterable[Statement]) -> None:
        """Move these, and all that these take along."""
        waiting = list(statements)
        while waiting:
            statement = waiting.pop()
            if statement not in self.moved:
                self.moved.add(statement)
                waiting += self._taken_along(statement)

    def _taken_along(self, statement: Statement) -> Iterable[Statement]:
        yield from self._in_line[statement.node.lineno]
        if statement.kind == "class":
            yield from self._let_go(statement)
        for name in statement.binds - self._names:
            self._names.add(name)
            yield from self._with.get(name, ())
            yield from () if self._held[name] else self._functions.get(name, ())
        for name in (statement.reads_now | statement.reads_later) - self._given - self._touched:
            self._touched.add(name)
            yield from (fact for fact in self._facts.get(name, ()) if self._place[fact] > self._first)
        place = self._place[statement]
        for i in range(place + 1, min(self._first + 1, len(self._every))):
            if self._keeps_its_place(i):
                yield self._every[i]
        self._first = min(self._first, place)

    def _let_go(self, statement: Statement) -> Iterable[Statement]:
        """The functions that follow now that a class does not hold their names any longer."""
        for name in statement.reads_later:
            self._held[name] -= 1
            if not self._held[name] and name in self._names:
                yield from self._functions.get(name, ())

    def _keeps_its_place(self, i: int) -> bool:
        """Whether a statement must stay among those that move: what it does, or reads, or names, may be another thing earlier."""
        statement = self._every[i]
        if statement.defines & self._contested:
            return True
        if statement.kind == "fact":
            return bool(statement.reads_now & self._touched)
        return statement.kind in ("binding", "effect") or (statement.kind == "setting" and i >= self._last_import)


def indexed(pairs: Iterable[tuple[Key, Statement]]) -> dict[Key, list[Statement]]:
    """The statements of each key, in their order."""
    index: dict[Key, list[Statement]] = {}
    for key, statement in pairs:
        index.setdefault(key, []).append(statement)
    return index


def _contested(every: Sequence[Statement]) -> frozenset[str]:
    """Names that mean one thing first and another later: builtins that are rebound, and names bound by several statements."""
    times = Counter(name for statement in every for name in statement.binds)
    return frozenset(name for name, count in times.items() if count > 1 or hasattr(builtins, name))
