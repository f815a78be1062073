"""The calls in some statements, and under which conditions each is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.rank_tests import is_rank_test
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS

Tests = tuple[tuple[ast.expr, bool], ...]
"""Conditions, each with whether it holds where the code is."""


@dataclass(frozen=True, slots=True)
class EpochCall:
    """A call, the statement of the block that it is part of, and whether a loop within that repeats it.

    `tests` are the conditions that lead to it; None where more than conditions decides, such as a handler or a rank test.
    """

    node: ast.Call
    source: ast.stmt
    in_loop: bool
    tests: Tests | None


def epoch_calls(script: Script, block: list[ast.stmt]) -> Iterator[EpochCall]:
    """The calls that the statements of a block make themselves, in source order."""
    for statement in block:
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            holders = list(_holders(script, call, statement))
            if not any(isinstance(holder, (*DEFINITIONS, ast.Lambda)) for holder, _ in holders):
                in_loop = any(isinstance(holder, LOOPS) for holder, _ in holders)
                yield EpochCall(call, statement, in_loop, _tests(script, holders))


def _holders(script: Script, node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What holds a node within a statement, from the outside in, each with the part of it that does."""
    pairs: list[tuple[ast.AST, ast.AST]] = []
    inner = node
    while inner is not statement:
        holder = script.parent(inner)
        assert holder is not None
        pairs.append((holder, inner))
        inner = holder
    yield from reversed(pairs)


def _tests(script: Script, holders: list[tuple[ast.AST, ast.AST]]) -> Tests | None:
    tests: list[tuple[ast.expr, bool]] = []
    for holder, inner in holders:
        if isinstance(holder, ast.If) and inner is not holder.test:
            if is_rank_test(script, holder.test):
                return None
            tests.append((holder.test, inner in holder.body))
        elif isinstance(holder, (*LOOPS, ast.Try, ast.ExceptHandler, ast.Match, ast.IfExp, ast.BoolOp)):
            return None
    return tuple(tests)
