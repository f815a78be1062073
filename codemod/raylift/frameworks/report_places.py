"""Where a report may stand: places in a training that every rank passes the same number of times.

Ranks enter an iteration of the loop that trains together, because `backward` waits for all of them. Within one, a place
is safe if nothing before it lets only some ranks go on: no `continue`, `break` or `return` under a condition that may
differ from rank to rank, and no exception handler around it.
"""

from __future__ import annotations

import ast

from raylift.frameworks.epoch_loops import Training
from raylift.frameworks.for_some_ranks import refuse_for_some_ranks
from raylift.frameworks.jumps import decides_by_rank, jumps
from raylift.frameworks.loop_kinds import LOOPS
from raylift.frameworks.nodes import siblings
from raylift.frameworks.rank_values import Ranks
from raylift.plan import Refusal
from raylift.scopes import FUNCTIONS
from raylift.script import Script


def places(script: Script, training: Training) -> list[ast.stmt]:
    """The statements after which a report may stand, the last one first; raises Refusal if there is none."""
    refuse_for_some_ranks(script, training.backward or training.site, set())
    ranks = Ranks(script, script.function(training.anchor) or script.tree)
    if not _holds_ranks_together(script, training, ranks):
        _refuse_ways_out(script, training, ranks)
    block, first = _block(script, training)
    safe: list[ast.stmt] = []
    for index, statement in enumerate(block):
        found = list(jumps(script, statement, ranks))
        if any(jump.differs or jump.node is statement for jump in found):
            break
        if index >= first:
            safe.append(statement)
    if not safe:
        line = block[first].lineno
        text = "some ranks may leave this iteration before its end, so there is no place where all of them report"
        raise Refusal(
            line, "RL312", text, "decide on a value that `accelerator.gather` or `accelerator.reduce` gave, or report by hand"
        )
    return safe[::-1]


def _block(script: Script, training: Training) -> tuple[list[ast.stmt], int]:
    """The statements among which the report will stand, and the index of the one that trains."""
    if training.has_epochs:
        assert isinstance(training.anchor, LOOPS)
        around = {training.site, *script.enclosing(training.site)}
        return training.anchor.body, next(i for i, statement in enumerate(training.anchor.body) if statement in around)
    block = siblings(script, training.anchor)
    first = block.index(training.anchor)
    return block[first:], 0


def _holds_ranks_together(script: Script, training: Training, ranks: Ranks) -> bool:
    """Whether every iteration reaches `backward` whatever the data, so that no rank can run ahead of another."""
    inner: ast.AST = training.site
    while inner is not training.anchor:
        holder = script.parent(inner)
        assert holder is not None
        if (
            isinstance(holder, (ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.Match, ast.Try, ast.ExceptHandler))
            and holder is not training.anchor
        ):
            return False
        if isinstance(inner, ast.stmt) and _may_be_passed_by(script, inner, ranks):
            return False
        inner = holder
    return True


def _may_be_passed_by(script: Script, statement: ast.stmt, ranks: Ranks) -> bool:
    """Whether something before a statement in its block may jump over it, on all ranks or on some."""
    before = siblings(script, statement)
    return any(True for part in before[: before.index(statement)] for _ in jumps(script, part, ranks))


def _refuse_ways_out(script: Script, training: Training, ranks: Ranks) -> None:
    """Where a rank may train without waiting for the others, none may leave the loop, or pass it by, on its own."""
    ways = [jump.node for jump in jumps(script, training.anchor, ranks) if jump.differs]
    if training.has_epochs:
        assert isinstance(training.anchor, LOOPS)
        ways += [jump.node for part in training.anchor.body for jump in jumps(script, part, ranks) if jump.differs]
        ways += [training.anchor] if isinstance(training.anchor, ast.While) and ranks.differs(training.anchor.test) else []
    inner: ast.AST = training.anchor
    for holder in script.enclosing(training.anchor):
        if isinstance(inner, ast.stmt):
            before = siblings(script, inner)
            ways += [jump.node for part in before[: before.index(inner)] for jump in jumps(script, part, ranks) if jump.differs]
        ways += [holder] if decides_by_rank(holder, inner, ranks) else []
        if isinstance(holder, FUNCTIONS):
            break
        inner = holder
    for node in ways:
        text = "ranks may leave the training at different times, and nothing in each of its iterations makes them wait for each other"
        raise Refusal(
            getattr(node, "lineno", 0), "RL312", text, "decide on a value that `accelerator.gather` or `accelerator.reduce` gave"
        )
