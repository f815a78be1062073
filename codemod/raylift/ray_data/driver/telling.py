"""Statements that only look at the data, and say something or stop: they go where the data go."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from raylift.ray_data.driver.leaves import Leaf
from raylift.ray_data.driver.one_process import is_of_processes
from raylift.ray_data.origins import is_data
from raylift.script import Script
from raylift.script.syntax import call_name

LOOKING = frozenset({
    "format", "items", "join", "keys", "len", "list", "max", "min", "print", "range", "repr", "sample", "sorted", "str", "type", "values",
    "debug", "info", "warning", "warning_once", "error", "ValueError", "RuntimeError", "KeyError",
})  # fmt: skip
"""What may be called of data to look at them."""
OF_RANKS = frozenset({"in_order", "main_process_only"})
"""What only a logger of Accelerate understands."""
LOGS = ("print", "logger", "logging", "_logger", "log")


def is_telling(script: Script, leaf: Leaf) -> bool:
    """Whether a statement logs something of the data, or stops where they lack something."""
    nodes = [leaf.node] if not isinstance(leaf.node, ast.Raise) else [leaf.node, *(holder.test for holder in leaf.within[-1:])]
    if not _tells(script, leaf.node) or any(
        call_name(part) not in LOOKING for node in nodes for part in ast.walk(node) if isinstance(part, ast.Call)
    ):
        return False
    names = [part for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
    return any(is_data(script, name) for name in names)


def _tells(script: Script, node: ast.stmt) -> bool:
    if isinstance(node, ast.For):
        return all(_tells(script, each) for each in node.body) and not node.orelse
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or any(keyword.arg in OF_RANKS for keyword in call.keywords):
        return False
    if isinstance(call.func, ast.Attribute):
        root = call.func.value
        return (isinstance(root, ast.Name) and root.id in LOGS) or (call.func.attr == "print" and is_of_processes(script, root))
    return isinstance(call.func, ast.Name) and call.func.id in LOGS


def plain_loggers(script: Script, leaves: Iterable[Leaf]) -> list[str]:
    """What binds a logger anew on the driver, which has no ranks: one of Accelerate's speaks on workers only."""
    globally = {name for leaf in leaves for owner, name in leaf.reads if owner is script.globals}
    found = [name for name in sorted(globally) if any(_is_of_ranks(script, made) for made in script.globals.bindings[name])]
    return ["from logging import getLogger", "", *(f"{name} = getLogger(__name__)" for name in found), ""] if found else []


def _is_of_ranks(script: Script, made: object) -> bool:
    return isinstance(made, ast.Call) and "accelerate.logging.get_logger" in script.names(made.func)
