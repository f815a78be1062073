"""What the statements of a notebook's cells are for: settings, questions to the user, records of a training, random numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

from raylift.script import Script
from raylift.script.scopes import DEFINITIONS
from raylift.train_function.cell_calls import (
    ASKED,
    DRAWING,
    DRAWS,
    LOADER,
    LOOKING,
    MEMORY,
    OF_THE_DRIVER,
    OF_THE_WORKERS,
    SETTING_NAME,
    TRACKED,
    calls_any,
    written_name,
)
from raylift.train_function.cell_marks import is_cell_mark, runs_command
from raylift.train_function.cell_reads import CellReads
from raylift.train_function.statements import Statement

STEADY = ("import", "constant", "function")
"""The kinds of statements whose names mean the same on every worker."""


class CellKinds:
    """The numbers of the statements of each kind; `last` is that of the last one that trains."""

    def __init__(self, script: Script, every: Sequence[Statement], training: Collection[int], reads: CellReads) -> None:
        self._script, self._every, self._reads = script, every, reads
        self.training = frozenset(training)
        self.first, self.last = min(training, default=0), max(training, default=-1)
        runs = [i for i, statement in enumerate(every) if not _is_definition(statement)]
        self.marks = frozenset(i for i in runs if is_cell_mark(every[i].node))
        self.asked = frozenset(i for i in runs if self._calls(i, ASKED))
        self.for_driver = frozenset(i for i in runs if self._calls(i, OF_THE_DRIVER) or runs_command(every[i].node))
        self.drawing = frozenset(i for i in runs if self._calls(i, DRAWING))
        self.settings = frozenset(i for i in runs if self._sets_something(i))
        self.records = self._records(runs)
        made = next((i for i in runs if self._calls(i, OF_THE_WORKERS)), self.first)
        self.measures = frozenset(i for i in runs if i > min(made, self.first) and self._calls(i, MEMORY))
        self.random = self._random(runs)
        self.repeatable = self._repeatable()

    def _calls(self, i: int, kind: re.Pattern[str]) -> bool:
        return calls_any(self._script, self._every[i].node, kind)

    def _sets_something(self, i: int) -> bool:
        """Whether a statement sets something for the whole process, and nothing of the training's own."""
        statement, needs = self._every[i], self._reads.needs[i]
        if i > self.last or statement.kind == "import" or i in self.asked:
            return False
        if not all(self._every[need].kind in STEADY or need in self.asked for need in needs):
            return False
        node = statement.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = written_name(node.value)
            if OF_THE_DRIVER.search(called) or LOOKING.search(called):
                return False
            functions = [need for need in needs if self._every[need].kind == "function"]
            is_own = any(self._calls(each, OF_THE_DRIVER) or self._calls(each, ASKED) for each in functions)
            return bool(SETTING_NAME.search(called)) or (bool(functions) and not is_own)
        targets = node.targets if isinstance(node, ast.Assign) else []
        return bool(targets) and all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets)

    def _records(self, runs: Sequence[int]) -> frozenset[int]:
        """What begins the record of a training, and what speaks to that afterwards."""
        begun: set[str] = set()
        records: set[int] = set()
        for i in runs:
            statement = self._every[i]
            if i < self.last and self._calls(i, TRACKED):
                begun |= {node.id for node in ast.walk(statement.node) if isinstance(node, ast.Name)} & self._modules()
                records.add(i)
            elif begun & statement.reads_now and statement.kind != "import" and i not in self.for_driver:
                records.add(i)
        return frozenset(records)

    def _modules(self) -> set[str]:
        return {name for statement in self._every if statement.kind == "import" for name in statement.binds}

    def _random(self, runs: Sequence[int]) -> frozenset[int]:
        """What takes random numbers between a seed and the training, which the training would otherwise find there."""
        if not any("seed" in name for i in self.settings for name in _names(self._every[i].node)):
            return frozenset()
        loaders = {i for i in runs if self._calls(i, LOADER)}
        return frozenset(
            i for i in runs if i < self.last and (self._calls(i, DRAWS) or (loaders & self._reads.needs[i] and self._takes(i)))
        )

    def _takes(self, i: int) -> bool:
        """Whether a statement takes batches out of something."""
        node = self._every[i].node
        loops = (ast.For, ast.comprehension)
        return any(isinstance(part, loops) for part in ast.walk(node)) or bool({"iter", "next"} & set(_names(node)))

    def _repeatable(self) -> list[bool]:
        """Whether the driver may make what a statement makes: it is no model or trainer, and needs none."""
        answers: list[bool] = []
        for i, statement in enumerate(self._every):
            makes = not _is_definition(statement) and (self._calls(i, OF_THE_WORKERS) or i in self.records | self.measures)
            answers.append(i not in self.training and not makes and all(answers[need] for need in self._reads.needs[i]))
        return answers


def _is_definition(statement: Statement) -> bool:
    return isinstance(statement.node, DEFINITIONS) or statement.kind == "import"


def _names(node: ast.AST) -> list[str]:
    """The names in a statement, and those of attributes."""
    return [
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute))
    ]
