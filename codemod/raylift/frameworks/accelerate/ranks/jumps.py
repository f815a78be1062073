"""What leaves a statement before its end, and whether some ranks may leave while others go on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.rank_values import Ranks
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS
from raylift.script.syntax import siblings

EXITS = frozenset({"sys.exit", "os._exit", "builtins.exit", "builtins.quit"})


@dataclass(frozen=True, slots=True)
class Jump:
    """What leaves a statement before its end, and whether some ranks may jump while others go on."""

    node: ast.AST
    differs: bool


def jumps(script: Script, statement: ast.stmt, ranks: Ranks) -> list[Jump]:
    """Everything in a statement that leaves it for elsewhere in its function; an error ends the run for all ranks."""
    if statement not in ranks.jumps:
        ranks.jumps[statement] = list(_jumps(script, statement, ranks))
    return ranks.jumps[statement]


def _jumps(script: Script, statement: ast.stmt, ranks: Ranks) -> Iterator[Jump]:
    if isinstance(statement, DEFINITIONS):
        return
    for node in (statement, *jumps_within(statement)):
        if isinstance(node, (ast.Break, ast.Continue)):
            if not stays_inside(script, node, statement):
                yield Jump(node, _may_differ(script, node, statement, ranks))
        elif isinstance(node, ast.Return) or (isinstance(node, ast.Call) and not script.names(node.func).isdisjoint(EXITS)):
            at = statement if isinstance(node, ast.Call) and script.statement(node) is statement else node
            yield Jump(at, _may_differ(script, node, statement, ranks))


def jumps_within(statement: ast.AST) -> Iterator[ast.AST]:
    """What runs when a statement does: nothing of a definition's body."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield child
            yield from jumps_within(child)


def stays_inside(script: Script, jump: ast.AST, statement: ast.stmt) -> bool:
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
        if decides_by_rank(holder, inner, ranks) or some_left_before(script, inner, ranks):
            return True
        inner = holder
    return False


def some_left_before(script: Script, node: ast.AST, ranks: Ranks) -> bool:
    """Whether some ranks may have left the block of a statement before they came to it."""
    if not isinstance(node, ast.stmt):
        return False
    before = siblings(script, node)
    return any(jump.differs for part in before[: before.index(node)] for jump in jumps(script, part, ranks))


def decides_by_rank(holder: ast.AST, inner: ast.AST, ranks: Ranks) -> bool:
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
