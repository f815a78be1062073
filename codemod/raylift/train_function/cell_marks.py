"""The statements that stand in a notebook's text for what is no Python: where a cell starts, and lines that only a kernel reads."""

from __future__ import annotations

import ast
import re

from raylift.script import Script

CELL_MARK = "%% "
"""What such a statement begins with."""
READS = re.compile(r"%% line \d+(?:, runs)?, reads (?P<names>\w+(?: \w+)*)")
RUNS = re.compile(r"%% line \d+, runs\b")


def mark_of(statement: ast.stmt) -> str:
    """The text of a statement that stands for a cell's start or for a line of the kernel's; empty where it is another."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return text if text.startswith(CELL_MARK) else ""


def is_cell_mark(statement: ast.stmt) -> bool:
    """Whether a statement stands for a cell's start or for a line of the kernel's."""
    return bool(mark_of(statement))


def is_cell_start(statement: ast.stmt) -> bool:
    """Whether a cell starts at a statement."""
    return mark_of(statement).startswith(f"{CELL_MARK}cell ")


def is_notebook(script: Script) -> bool:
    """Whether a script was put together from a notebook's cells."""
    return bool(script.tree.body) and is_cell_mark(script.tree.body[0])


def cells_of(script: Script) -> dict[ast.stmt, int]:
    """The number of the cell, among those of code, that each statement stands in."""
    cells: dict[ast.stmt, int] = {}
    number = 0
    for node in script.tree.body:
        number += is_cell_start(node)
        cells[node] = number
    return cells


def names_in_mark(statement: ast.stmt) -> frozenset[str]:
    """The names whose values a line of the kernel's is given."""
    found = READS.fullmatch(mark_of(statement))
    return frozenset(found["names"].split()) if found else frozenset()


def runs_command(statement: ast.stmt) -> bool:
    """Whether a line of the kernel's is a command that code below it may wait for, such as an installation."""
    return RUNS.match(mark_of(statement)) is not None
