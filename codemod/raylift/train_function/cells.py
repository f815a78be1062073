"""Where the statements of a notebook's cells go.

A cell stays as it is where it only imports, defines, or looks at data. What a training needs moves into the train function: all
that makes what it reads, as far back as that goes, and whatever reads afterwards what only the workers have. Data that cells
which stay look at is made twice, in its cell and on the workers; so is what sets something for the whole process, such as a
seed. What is asked of the person at the notebook is asked there, once, and travels.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from raylift.plan import Finding, NeededImport, Placement
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS
from raylift.train_function.cell_kinds import CellKinds
from raylift.train_function.cell_marks import cells_of, is_cell_mark, is_cell_start, names_in_mark
from raylift.train_function.cell_reads import CellReads
from raylift.train_function.cell_shares import CellShares
from raylift.train_function.placement import guards, is_plain_guard
from raylift.train_function.statements import Statement, read_past_classes, statements

ONLY_OF_WORKERS = frozenset({"RL211", "RL212", "RL213", "RL215", "RL216", "RL217", "RL222"})
"""What is no matter in a notebook's own process, such as a model that is spread over all GPUs to try it out."""


def cells_placement(script: Script, training: Collection[ast.stmt]) -> Placement:
    """Where every statement goes; `training` are those that start a training when they run."""
    every = [_of_kernel(each) if is_cell_mark(each.node) else each for each in statements(script) if not is_cell_start(each.node)]
    trained = [i for i, statement in enumerate(every) if statement.node in training]
    reads = CellReads(every, trained)
    kinds = CellKinds(script, every, trained, reads)
    cells = cells_of(script)
    shares = CellShares(every, [cells[statement.node] for statement in every], reads, kinds)
    moved, repeated = shares.worker - shares.driver, shares.worker & shares.driver
    bound = {name for i in shares.worker for name in every[i].binds}
    shared = {name for i in shares.worker for name in read_past_classes(script, every[i].node)} & bound
    last = max(shares.worker, default=0)
    waited_for = (i for i in kinds.for_driver - shares.worker if kinds.first < i < last)
    return Placement(
        tuple(every[i].node for i in sorted(moved)),
        None,
        tuple(sorted(shared)),
        imported=False,
        repeated=tuple(every[i].node for i in sorted(repeated)),
        place=every[max(waited_for, default=kinds.first)].node if every else None,
        opened=tuple(node for node in guards(script) if node in {every[i].node for i in moved} and is_plain_guard(node)),
    )


def _of_kernel(mark: Statement) -> Statement:
    """A line of the kernel's with the names that it reads."""
    return replace(mark, kind="effect", reads_now=names_in_mark(mark.node))


def without_cells_that_stay(script: Script, placement: Placement, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings without what hurts only on workers where the code stays in the notebook's own process."""
    entry = set(placement.entry)
    stays = [node for node in script.tree.body if node not in entry and not isinstance(node, DEFINITIONS)]
    lines = {line for node in stays for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    for finding in findings:
        if isinstance(finding, NeededImport) or not (finding.rule in ONLY_OF_WORKERS and finding.line in lines):
            yield finding
