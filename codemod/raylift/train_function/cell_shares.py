"""Who runs each statement of a notebook: the workers, the notebook's own process, or both."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence

from raylift.script.scopes import DEFINITIONS
from raylift.train_function.cell_calls import written_name
from raylift.train_function.cell_kinds import CellKinds
from raylift.train_function.cell_reads import CellReads
from raylift.train_function.statements import Statement


class CellShares:
    """`worker` and `driver` hold the numbers of the statements that each runs."""

    def __init__(self, every: Sequence[Statement], cells: Sequence[int], reads: CellReads, kinds: CellKinds) -> None:
        self._every, self._cells, self._reads, self._kinds = every, cells, reads, kinds
        self.worker: set[int] = set()
        self._definitions: dict[str, list[int]] = {}
        for i, statement in enumerate(every):
            for name in statement.reads_now | statement.reads_later if isinstance(statement.node, DEFINITIONS) else ():
                self._definitions.setdefault(name, []).append(i)
        self._bound: set[str] = set()
        self._changed: set[str] = set()
        self._add(kinds.training | kinds.settings | kinds.records | kinds.measures | kinds.random)
        self._decide()
        self.driver = self._of_driver()

    def _add(self, more: Iterable[int]) -> None:
        for i in set(more) - self.worker - self._kinds.marks:
            self.worker.add(i)
            self._bound |= self._every[i].binds
            self._changed |= self._reads.changed_by[i]

    def _decide(self) -> None:
        """Add what the workers need, and what needs them, until nothing more does."""
        before = -1
        while len(self.worker) > before:
            before = len(self.worker)
            self._add_needed()
            self._add(self._followers())
            self._add(self._pictures())
            self._add(self._left_over())

    def _of_driver(self) -> set[int]:
        """What stays, what that needs, and what sets something for its process."""
        driver: set[int] = set()
        waiting = [i for i in range(len(self._every)) if i not in self.worker or i in self._kinds.settings]
        while waiting:
            i = waiting.pop()
            driver.add(i)
            needs = self._reads.needs[i]
            waiting += [each for each in needs if each not in driver and self._kinds.repeatable[each]]
        return driver - self._kinds.training

    def _add_needed(self) -> None:
        """All that the workers' statements need, unless it is the same when it travels there by value."""
        waiting = list(self.worker)
        while waiting:
            for need in self._reads.needs[waiting.pop()]:
                if need not in self.worker and not self._travels(need):
                    self._add([need])
                    waiting.append(need)

    def _travels(self, i: int) -> bool:
        """Whether what a statement binds may stay the module's, and reach the workers by value."""
        statement = self._every[i]
        if i > self._kinds.first:  # it is not there yet where the workers are started
            return False
        if statement.kind in ("constant", "import") or i in self._kinds.asked:
            return not statement.binds & (self._bound | self._changed)
        if statement.kind in ("function", "class"):
            is_plain = statement.kind == "function" or not getattr(statement.node, "decorator_list", ())
            return is_plain and not (statement.reads_later | statement.reads_now | statement.binds) & self._bound
        return False

    def _followers(self) -> set[int]:
        """What reads what only the workers have, and what reads that; each needs only what stands above it."""
        only_there = {i for i in self.worker if not self._kinds.repeatable[i]}
        found: set[int] = set()
        for i, needs in enumerate(self._reads.needs):
            if not isinstance(self._every[i].node, DEFINITIONS) and not needs.isdisjoint(only_there):
                found.add(i)
                if not self._kinds.repeatable[i] and i not in self._kinds.marks:
                    only_there.add(i)
        return found

    def _pictures(self) -> list[int]:
        """The rest of a picture that the workers draw: what shows or names its parts, in the same cell."""
        drawn: set[int] = set()
        known: set[tuple[int, str]] = set()
        for i in self.worker:
            node = self._every[i].node
            if i > self._kinds.first and not isinstance(node, DEFINITIONS):
                cell = self._cells[i]
                if i in self._kinds.drawing:
                    drawn.add(cell)
                known |= {(cell, name) for name in self._every[i].binds | self._every[i].reads_now}
        return [i for i in range(len(self._every)) if self._cells[i] in drawn and self._is_of_picture(i, known)]

    def _is_of_picture(self, i: int, known: set[tuple[int, str]]) -> bool:
        node = self._every[i].node
        if i in self._kinds.for_driver or not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            return False
        name = written_name(node.value)
        root = name.partition(".")[0]
        is_part = "." in name and (self._cells[i], root) in known
        return is_part or i in self._kinds.drawing

    def _left_over(self) -> set[int]:
        """Functions and classes that read what no statement makes any more where they stand, and those that read these."""
        driver = self._of_driver()
        needed = {need for i in driver for need in self._reads.needs[i]}
        makers = Counter(name for i in driver for name in self._every[i].binds)
        gone = list(self._bound - makers.keys())
        found: set[int] = set()
        while gone:
            for i in self._definitions.get(gone.pop(), ()):
                if i not in found and i not in self.worker and i not in needed:
                    makers.subtract(self._every[i].binds)
                    gone += [name for name in self._every[i].binds if not makers[name]]
                found.add(i)
        return found
