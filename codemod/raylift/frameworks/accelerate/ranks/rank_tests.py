"""Code that asks which rank it runs on, and what lets only some ranks run something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from raylift.script import Script, ScriptNode, remembered_for
from raylift.script.bound_names import stored
from raylift.script.scopes import FUNCTIONS, Function
from raylift.script.syntax import call_name, own_nodes

RANK_NAME = re.compile(
    r"^(is_)?((local|world|global|node|dist|my|main)_?)*(rank|process_index|process_zero|main_process|last_process|master|main_worker)$",
    re.IGNORECASE,
)
RANK_CALL = re.compile(r"(^|[._])(get_(\w+_)?rank|is_main_process|is_master\w*|is_rank_?0|is_rank_zero|on_main_process)$")
RANK_DECORATOR = re.compile(r"(^|[._])(on_(\w+_)?process|rank_zero_only|master_only|main_process_only)$")
TURNS = re.compile(r"(^|_)(main_process_first|local_main_process_first|split_between_processes)$")


DEEPEST = 4
"""How many names and small functions are seen through."""


def is_rank_test(script: Script, expression: ast.AST, depth: int = 0) -> bool:
    """Whether the outcome depends on which rank asks, also through names and small functions."""
    return _asks(script, (expression, depth))


@remembered_for
def _asks(script: Script, asked: tuple[ast.AST, int]) -> bool:
    expression, depth = asked
    return any(tells_rank(script, node, depth) for node in ast.walk(expression))


def tells_rank(script: Script, node: ast.AST, depth: int) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value in ("RANK", "LOCAL_RANK", "GROUP_RANK", "NODE_RANK")
    if isinstance(node, ast.Attribute):
        return bool(RANK_NAME.search(node.attr) or RANK_CALL.search(node.attr))
    if not isinstance(node, ast.Name):
        return False
    if RANK_NAME.search(node.id) or RANK_CALL.search(node.id):
        return True
    return depth < DEEPEST and any(
        _is_rank_value(value.script, (value.node, depth))
        for value in script.values(node)
        if isinstance(value, ScriptNode) and value.node is not node
    )


@remembered_for
def _is_rank_value(script: Script, asked: tuple[ast.AST, int]) -> bool:
    node, depth = asked
    if isinstance(node, FUNCTIONS):
        returns = [part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value is not None]
        return any(is_rank_test(script, result, depth + 1) for result in returns)
    if isinstance(node, ast.Call):
        asks = call_name(node) in ("int", "bool", "get", "getenv")
        return any(is_rank_test(script, part, depth + 1) for part in ([*node.args] if asks else [node.func]))
    small = (ast.Attribute, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Subscript)
    return isinstance(node, small) and is_rank_test(script, node, depth + 1)


def is_for_some_ranks(script: Script, function: Function) -> bool:
    """Whether a decorator lets only some ranks run a function."""
    names = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return any(RANK_DECORATOR.search(ast.unparse(name)) for name in names)


def takes_turns(statement: ast.stmt) -> bool:
    """Whether a `with` lets ranks in one after the other."""
    if not isinstance(statement, (ast.With, ast.AsyncWith)):
        return False
    calls = [item.context_expr for item in statement.items if isinstance(item.context_expr, ast.Call)]
    return any(isinstance(call.func, ast.Attribute) and TURNS.search(call.func.attr) for call in calls)


def bound_for_some_ranks(script: Script, block: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that a block binds under a rank test: their values are those of some ranks only."""
    return frozenset().union(*(_for_some_ranks(script, statement) for statement in block))


@remembered_for
def _for_some_ranks(script: Script, statement: ast.stmt) -> frozenset[str]:
    tests = [node for node in (statement, *own_nodes(statement)) if isinstance(node, (ast.If, ast.While))]
    return frozenset().union(*(stored(node) for node in tests if is_rank_test(script, node.test)))
