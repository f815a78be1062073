"""Which values are text or sequences, however they are put together: no number for a report."""

from __future__ import annotations

import ast

from raylift.script import Script, ScriptNode, Value
from raylift.script.spread import Spread
from raylift.script.syntax import call_name

MAKES_TEXT = frozenset(
    {"Path", "dumps", "format", "join", "ljust", "pformat", "repr", "rjust", "str", "strftime", "strip", "tabulate"}
)


def _parts(value: ScriptNode) -> bool | list[Value]:
    """Whether a value is text, or what it is put together from where one text makes all of it text."""
    node, script = value.node, value.script
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return True
    if isinstance(node, ast.Call):
        return call_name(node) in MAKES_TEXT
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return list(script.values(node.left))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)):
        return [*script.values(node.left), *script.values(node.right)]
    holder = script.parent(node) if isinstance(node, ast.Name) else None
    return list(script.values(holder.value)) if isinstance(holder, ast.AugAssign) and holder.target is node else False


is_text = Spread(lambda name: False, _parts)
"""Whether a value may be text: a literal, a format, a sum that has one in it, or what a method of text gives."""


def is_sequence(value: Value) -> bool:
    """Whether a value is surely a list or a part of one, such as the first predictions that a script shows."""
    if isinstance(value, str):
        return False
    node = value.node
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice)
    return isinstance(node, (ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Tuple)) or call_name(node) in (
        "list",
        "sorted",
        "tolist",
    )


def is_no_number(script: Script, value: ast.expr) -> bool:
    """Whether an expression is a text, a sequence or a part of one."""
    is_part = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice)
    return is_part or any(is_text(found) or is_sequence(found) for found in script.values(value))
