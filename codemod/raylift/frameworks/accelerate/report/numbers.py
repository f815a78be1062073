"""Which values are surely numbers of Python's own, not tensors."""

from __future__ import annotations

import ast
import re

from raylift.script import Script, ScriptNode
from raylift.script.syntax import call_name

COUNTER = re.compile(r"(epoch|steps?|iter\w*|(^|_)i)$", re.IGNORECASE)
NUMBER_CALLS = re.compile(r"^(builtins\.(float|int|len)|math\.\w+)$")


def is_number(script: Script, value: ast.expr, depth: int = 0) -> bool:
    """Whether an expression is a number whatever way led to it; counters are taken by their names."""
    if isinstance(value, ast.BinOp):
        return is_number(script, value.left, depth) and is_number(script, value.right, depth)
    if isinstance(value, (ast.Constant, ast.UnaryOp)):
        return isinstance(value, ast.Constant) or is_number(script, value.operand, depth)
    if isinstance(value, ast.Call):
        return _gives_number(script, value, depth)
    if not isinstance(value, ast.Name):
        return False
    if COUNTER.search(value.id):
        return True
    bound = list(script.values(value)) if depth < 5 else []
    return bool(bound) and all(isinstance(found, ScriptNode) and _is_bound_to_number(found, depth) for found in bound)


def _gives_number(script: Script, call: ast.Call, depth: int) -> bool:
    """Whether a call returns a number: `float(x)` does and `x.float()` does not, and `round(x)` of a tensor is one."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "item":
        return True
    names = script.names(call.func)
    if "builtins.round" in names:
        return bool(call.args) and is_number(script, call.args[0], depth)
    return bool(names) and all(map(NUMBER_CALLS.match, names))


def _is_bound_to_number(found: ScriptNode, depth: int) -> bool:
    script, node = found.script, found.node
    if not isinstance(node, ast.Name):
        return isinstance(node, ast.expr) and is_number(script, node, depth + 1)
    holder = script.parent(node)
    if isinstance(holder, ast.AugAssign):
        return is_number(script, holder.value, depth + 1)
    if isinstance(holder, ast.Tuple):
        loop = script.parent(holder)
        return isinstance(loop, ast.For) and call_name(loop.iter) == "enumerate" and holder.elts[0] is node
    return isinstance(holder, ast.For) and call_name(holder.iter) in ("range", "trange")
