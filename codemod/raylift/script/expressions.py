"""Which expressions of a script may be evaluated once more at another place, and which names that takes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from raylift.script import Script, ScriptNode
from raylift.script.functions import called_functions
from raylift.script.syntax import call_name

HARMLESS = frozenset({
    "abs", "avg", "cpu", "detach", "dict", "double", "exp", "float", "format", "get", "get_last_lr", "int", "item", "items", "join", "keys",
    "len", "log", "max", "mean", "min", "numpy", "Path", "round", "sqrt", "str", "squeeze", "std", "sum", "tolist", "values",
})  # fmt: skip
"""What may be called again: it changes nothing and no rank waits in it."""
PLAIN = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.JoinedStr,
    ast.FormattedValue, ast.Tuple, ast.List, ast.Dict, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.keyword,
    ast.Starred, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
)  # fmt: skip


def is_harmless(expression: ast.AST) -> bool:
    """Whether evaluating an expression again changes nothing and waits for nobody."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call):
            if call_name(node) not in HARMLESS:
                return False
        elif not isinstance(node, PLAIN):
            return False
    return True


def written(script: Script, expression: ast.expr) -> str:
    """An expression as the script writes it, in one line."""
    try:
        segment = ast.get_source_segment(script.source.decode(), expression)
    except UnicodeDecodeError:
        segment = None
    return segment if segment and "\n" not in segment else ast.unparse(expression)


def written_whole(script: Script, expression: ast.expr) -> str:
    """An expression as the script writes it, in brackets where it would not hold together before a dot or a call, or beside an operator."""
    code = written(script, expression)
    whole = (ast.Attribute, ast.Call, ast.Constant, ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Name, ast.Subscript)
    return code if isinstance(expression, whole) else f"({code})"


def written_test(script: Script, expression: ast.expr) -> str:
    """An expression as the script writes it, for the middle of `a if b else c`."""
    code = written(script, expression)
    return f"({code})" if isinstance(expression, (ast.IfExp, ast.Lambda)) else code


def own_names(script: Script, expression: ast.AST, place: ast.AST) -> Iterator[str]:
    """The names in an expression that the function of a place binds, or the module if it stands there, or nobody."""
    here = script.scope(place)
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            owner = script.scope(node).owner(node.id)
            if owner is here or (owner is None and not hasattr(builtins, node.id)):
                yield node.id


def is_dict(script: Script, expression: ast.expr) -> bool:
    """Whether an expression surely holds a dict, as far as can be seen."""
    return any(isinstance(value, ScriptNode) and _is_dict(value, 0) for value in script.values(expression))


def _is_dict(value: ScriptNode, depth: int) -> bool:
    script, node = value.script, value.node
    if isinstance(node, (ast.Dict, ast.DictComp)):
        return True
    if not isinstance(node, ast.Call) or depth > 4:
        return False
    if "builtins.dict" in script.names(node.func):
        return True
    return any(
        isinstance(result, ScriptNode) and _is_dict(result, depth + 1)
        for function in called_functions(script, node)
        for returned in ast.walk(function.node)
        if isinstance(returned, ast.Return) and returned.value is not None
        for result in function.script.values(returned.value)
    )
