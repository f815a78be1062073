"""Refuses a training that only some ranks run: by a rank test, a decorator, a handler, or through their callers."""

from __future__ import annotations

import ast

from raylift.frameworks.accelerate.ranks.jumps import EXITS, jumps_within, stays_inside
from raylift.frameworks.accelerate.ranks.rank_tests import is_for_some_ranks, is_rank_test, takes_turns
from raylift.plan import Refusal
from raylift.script import Script
from raylift.script.functions import references
from raylift.script.scopes import DEFINITIONS, FUNCTIONS
from raylift.script.syntax import siblings


def refuse_for_some_ranks(script: Script, place: ast.AST, seen: set[ast.AST]) -> None:
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
                    refuse_for_some_ranks(script, reference, seen)
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
    if isinstance(statement, DEFINITIONS):
        return
    for node in (statement, *jumps_within(statement)):
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)) or (
            isinstance(node, ast.Call) and not script.names(node.func).isdisjoint(EXITS)
        ):
            tests = [
                holder.test
                for holder in script.enclosing(node)
                if isinstance(holder, ast.If) and holder in (statement, *jumps_within(statement))
            ]
            if any(is_rank_test(script, test) for test in tests) and not (
                isinstance(node, (ast.Break, ast.Continue)) and stays_inside(script, node, statement)
            ):
                _refuse(node, "some ranks leave here, before the training starts")


def _refuse(node: ast.AST, text: str) -> None:
    remedy = "let every rank run the training; only what saves or prints belongs under a rank test"
    raise Refusal(getattr(node, "lineno", 0), "RL311", text, remedy)
