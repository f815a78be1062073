"""Where a report may stand: places in a training that every rank passes the same number of times.

Ranks enter an iteration of the loop that trains together, because `backward` waits for all of them. Within one, a place
is safe if nothing before it lets only some ranks go on: no `continue`, `break` or `return` under a condition that may
differ from rank to rank, and no exception handler around it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.epoch_loops import LOOPS, Training, references
from raylift.frameworks.rank_guards import Ranks, is_for_some_ranks, is_rank_test, takes_turns
from raylift.plan import Refusal
from raylift.scopes import DEFINITIONS, FUNCTIONS
from raylift.script import Script

EXITS = frozenset({"sys.exit", "os._exit", "builtins.exit", "builtins.quit"})


@dataclass(frozen=True, slots=True)
class Jump:
    """What leaves a statement before its end, and whether some ranks may jump while others go on."""

    node: ast.AST
    differs: bool


def places(script: Script, training: Training) -> list[ast.stmt]:
    """The statements after which a report may stand, the last one first; raises Refusal if there is none."""
    _refuse_for_some_ranks(script, training.anchor, set())
    ranks = Ranks(script, script.function(training.anchor) or script.tree)
    if not _holds_ranks_together(script, training, ranks):
        _refuse_ways_out(script, training, ranks)
    block, first = _block(script, training)
    safe: list[ast.stmt] = []
    for index, statement in enumerate(block):
        found = list(_jumps(script, statement, ranks))
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


def siblings(script: Script, statement: ast.stmt) -> list[ast.stmt]:
    """The block that a statement stands in."""
    holder = script.parent(statement)
    assert holder is not None
    return next(value for _, value in ast.iter_fields(holder) if isinstance(value, list) and statement in value)


def _jumps(script: Script, statement: ast.stmt, ranks: Ranks) -> Iterator[Jump]:
    """Everything in a statement that leaves it for elsewhere in its function; an error ends the run for all ranks."""
    for node in (statement, *_within(statement)):
        if isinstance(node, (ast.Break, ast.Continue)):
            if not _stays_inside(script, node, statement):
                yield Jump(node, _may_differ(script, node, statement, ranks))
        elif isinstance(node, ast.Return) or (isinstance(node, ast.Call) and not script.names(node.func).isdisjoint(EXITS)):
            at = statement if isinstance(node, ast.Call) and script.statement(node) is statement else node
            yield Jump(at, _may_differ(script, node, statement, ranks))


def _within(statement: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield child
            yield from _within(child)


def _stays_inside(script: Script, jump: ast.AST, statement: ast.stmt) -> bool:
    """Whether a `break` or `continue` belongs to a loop within the statement."""
    inner = jump
    for holder in script.enclosing(jump):
        if inner is statement:
            return False
        if isinstance(holder, LOOPS) and inner not in holder.orelse:
            return True
        inner = holder
    return False


def _may_differ(script: Script, node: ast.AST, statement: ast.stmt, ranks: Ranks) -> bool:
    """Whether what leads to a node, from its statement on, may differ from rank to rank: conditions, and who left before."""
    inner = node
    while inner is not statement:
        holder = script.parent(inner)
        assert holder is not None
        if _decides_by_rank(holder, inner, ranks) or _some_left_before(script, inner, ranks):
            return True
        inner = holder
    return False


def _some_left_before(script: Script, node: ast.AST, ranks: Ranks) -> bool:
    """Whether some ranks may have left the block of a statement before they came to it."""
    if not isinstance(node, ast.stmt):
        return False
    before = siblings(script, node)
    return any(jump.differs for part in before[: before.index(node)] for jump in _jumps(script, part, ranks))


def _decides_by_rank(holder: ast.AST, inner: ast.AST, ranks: Ranks) -> bool:
    if isinstance(holder, (ast.If, ast.While, ast.IfExp)):
        return inner is not holder.test and ranks.differs(holder.test)
    if isinstance(holder, ast.BoolOp):
        return any(ranks.differs(value) for value in holder.values)
    if isinstance(holder, ast.Match):
        return ranks.differs(holder.subject)
    if isinstance(holder, (ast.Try, ast.ExceptHandler)):
        return isinstance(holder, ast.ExceptHandler) or (inner in (*holder.body, *holder.orelse) and _swallows(holder))
    return isinstance(holder, (ast.For, ast.AsyncFor)) and inner in holder.orelse


def _swallows(attempt: ast.Try) -> bool:
    """Whether an error may end a `try` early, and the function go on."""
    return bool(attempt.handlers) or any(isinstance(node, (ast.Return, ast.Break, ast.Continue)) for node in attempt.finalbody)


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
        if _some_left_before(script, inner, ranks):
            return False
        inner = holder
    return True


def _refuse_ways_out(script: Script, training: Training, ranks: Ranks) -> None:
    """Where a rank may train without waiting for the others, none may leave the loop, or pass it by, on its own."""
    ways = [jump.node for jump in _jumps(script, training.anchor, ranks) if jump.differs]
    if training.has_epochs:
        assert isinstance(training.anchor, LOOPS)
        ways += [jump.node for part in training.anchor.body for jump in _jumps(script, part, ranks) if jump.differs]
        ways += [training.anchor] if isinstance(training.anchor, ast.While) and ranks.differs(training.anchor.test) else []
    inner: ast.AST = training.anchor
    for holder in script.enclosing(training.anchor):
        if isinstance(inner, ast.stmt):
            before = siblings(script, inner)
            ways += [jump.node for part in before[: before.index(inner)] for jump in _jumps(script, part, ranks) if jump.differs]
        ways += [holder] if _decides_by_rank(holder, inner, ranks) else []
        if isinstance(holder, FUNCTIONS):
            break
        inner = holder
    for node in ways:
        text = "ranks may leave the training at different times, and nothing in each of its iterations makes them wait for each other"
        raise Refusal(
            getattr(node, "lineno", 0), "RL312", text, "decide on a value that `accelerator.gather` or `accelerator.reduce` gave"
        )


def _refuse_for_some_ranks(script: Script, place: ast.AST, seen: set[ast.AST]) -> None:
    """Raise where only some ranks reach a place at all: by a rank test, a decorator, a handler, or through their callers."""
    inner = place
    for holder in script.enclosing(place):
        _refuse_rank_test(script, holder, inner)
        if isinstance(inner, ast.stmt):
            before = siblings(script, inner)
            for statement in before[: before.index(inner)]:
                _refuse_early_exit(script, statement)
        if isinstance(holder, FUNCTIONS):
            if is_for_some_ranks(script, holder):
                _refuse(holder, f"`{holder.name}` trains, and its decorator lets only some ranks run it")
            for reference in references(script, holder):
                if reference not in seen:
                    seen.add(reference)
                    _refuse_for_some_ranks(script, reference, seen)
            return
        inner = holder


def _refuse_rank_test(script: Script, holder: ast.AST, inner: ast.AST) -> None:
    if isinstance(holder, (ast.If, ast.While, ast.IfExp)) and inner is not holder.test and is_rank_test(script, holder.test):
        _refuse(holder, f"only the ranks for which `{ast.unparse(holder.test)}` holds train here")
    if isinstance(holder, ast.BoolOp) and any(is_rank_test(script, value) for value in holder.values):
        _refuse(holder, f"only some ranks train here: `{ast.unparse(holder)}`")
    if isinstance(holder, ast.Match) and is_rank_test(script, holder.subject):
        _refuse(holder, f"the ranks train in different branches of `match {ast.unparse(holder.subject)}`")
    if isinstance(holder, ast.ExceptHandler):
        _refuse(holder, "the training starts in an exception handler, which not every rank need reach")
    if isinstance(holder, ast.stmt) and takes_turns(holder):
        _refuse(holder, "the training runs where the main process goes first and the others wait")


def _refuse_early_exit(script: Script, statement: ast.stmt) -> None:
    """`if not accelerator.is_main_process: return` before the training leaves it to some ranks."""
    for node in (statement, *_within(statement)):
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)) or (
            isinstance(node, ast.Call) and not script.names(node.func).isdisjoint(EXITS)
        ):
            tests = [
                holder.test
                for holder in script.enclosing(node)
                if isinstance(holder, ast.If) and holder in (statement, *_within(statement))
            ]
            if any(is_rank_test(script, test) for test in tests) and not (
                isinstance(node, (ast.Break, ast.Continue)) and _stays_inside(script, node, statement)
            ):
                _refuse(node, "some ranks leave here, before the training starts")


def _refuse(node: ast.AST, text: str) -> None:
    remedy = "let every rank run the training; only what saves or prints belongs under a rank test"
    raise Refusal(getattr(node, "lineno", 0), "RL311", text, remedy)
