"""Where a report may stand: places in a training that every rank passes the same number of times.

Ranks enter an iteration of the loop that trains together, because `backward` waits for all of them. Within one, a place
is safe if nothing before it lets only some ranks go on: no `continue`, `break` or `return` under a condition that may
differ from rank to rank, and no exception handler around it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.accelerate.loops.epoch_loops import TrainingLoop
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.for_some_ranks import refuse_for_some_ranks
from raylift.frameworks.accelerate.ranks.jumps import decides_by_rank, jumps
from raylift.frameworks.accelerate.ranks.rank_tests import is_rank_test
from raylift.frameworks.accelerate.ranks.rank_values import Ranks, ranks_in
from raylift.plan import Doubt, Refusal
from raylift.script import Script
from raylift.script.expressions import written
from raylift.script.scopes import FUNCTIONS
from raylift.script.syntax import siblings

GATHER = "decide on a value that `accelerator.gather` or `accelerator.reduce` gave"


def report_places(script: Script, training: TrainingLoop) -> tuple[list[ast.stmt], list[Doubt]]:
    """The statements after which a report may stand, the last one first, and what makes that doubtful; raises Refusal if there is none."""
    refuse_for_some_ranks(script, training.backward or training.site, set())
    ranks = ranks_in(script, script.function(training.anchor) or script.tree)
    doubts = [] if _holds_ranks_together(script, training, ranks) else list(_ways_out(script, training, ranks))
    block, first = _block(script, training)
    if safe := _reached_by_all(script, block, first, ranks, promised=False):
        return safe[::-1], doubts
    parting = _first_parting(script, block, ranks) or block[first]
    text = "some ranks may leave this iteration before its end, so there is no place where all of them report"
    text += _why_it_differs(script, parting, ranks)
    remedy = f"{GATHER}, or report by hand"
    line = getattr(parting, "lineno", 0)
    if not (safe := _reached_by_all(script, block, first, ranks, promised=True)):
        raise Refusal(line, "RL312", text, remedy)
    return safe[::-1], doubts or [Doubt(line, "RL312", text, remedy)]


def _reached_by_all(script: Script, block: list[ast.stmt], first: int, ranks: Ranks, *, promised: bool) -> list[ast.stmt]:
    """The statements of a block, from one on, that all ranks pass: nothing leaves them, and no jump before parts the ranks."""
    safe: list[ast.stmt] = []
    for index, statement in enumerate(block):
        found = list(jumps(script, statement, ranks))
        parting = [jump for jump in found if jump.differs and not (promised and not _is_by_rank(script, jump.node))]
        if parting or any(jump.node is statement for jump in found):
            break
        if index >= first:
            safe.append(statement)
    return safe


def _first_parting(script: Script, block: list[ast.stmt], ranks: Ranks) -> ast.AST | None:
    """The first jump in a block that only some ranks may take."""
    return next((jump.node for part in block for jump in jumps(script, part, ranks) if jump.differs), None)


def _why_it_differs(script: Script, node: ast.AST, ranks: Ranks) -> str:
    """What differs from rank to rank and leads to a node, and the line that made it so."""
    for holder in (node, *script.enclosing(node)):
        test = holder.subject if isinstance(holder, ast.Match) else getattr(holder, "test", None)
        if isinstance(test, ast.expr) and ranks.differs(test):
            cause = ranks.cause(test)
            since = f" since line {cause}" if cause != test.lineno else ""
            return f": `{written(script, test)}` may differ from rank to rank{since}"
        if isinstance(holder, FUNCTIONS):
            break
    return ""


def _is_by_rank(script: Script, node: ast.AST) -> bool:
    """Whether a test of the rank itself leads to a node: then no two ranks can go the same way."""
    for holder in (node, *script.enclosing(node)):
        if isinstance(holder, FUNCTIONS):
            return False
        test = holder.subject if isinstance(holder, ast.Match) else getattr(holder, "test", None)
        if test is not None and is_rank_test(script, test):
            return True
    return False


def _block(script: Script, training: TrainingLoop) -> tuple[list[ast.stmt], int]:
    """The statements among which the report will stand, and the index of the one that trains."""
    if training.has_epochs:
        assert isinstance(training.anchor, LOOPS)
        around = {training.site, *script.enclosing(training.site)}
        return training.anchor.body, next(i for i, statement in enumerate(training.anchor.body) if statement in around)
    block = siblings(script, training.anchor)
    first = block.index(training.anchor)
    return block[first:], 0


def _holds_ranks_together(script: Script, training: TrainingLoop, ranks: Ranks) -> bool:
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


def _ways_out(script: Script, training: TrainingLoop, ranks: Ranks) -> Iterator[Doubt]:
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
        text += _why_it_differs(script, node, ranks)
        if _is_by_rank(script, node):
            raise Refusal(getattr(node, "lineno", 0), "RL312", text, GATHER)
        yield Doubt(getattr(node, "lineno", 0), "RL312", text, GATHER)
