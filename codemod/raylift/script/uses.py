"""What a script asks of each thing that it names: `x.train(...)` and `x.save_model(...)` are two uses of one `x`."""

from __future__ import annotations

import ast

from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.functions import returned
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Spread


@remembered
def _all_uses(script: Script) -> dict[object, dict[str, list[ast.Attribute]]]:
    found: dict[object, dict[str, list[ast.Attribute]]] = {}
    for node in script.all(ast.Attribute):
        if (key := _key(script, node.value)) is not None:
            found.setdefault(key, {}).setdefault(node.attr, []).append(node)
    return found


def _key(script: Script, expression: ast.expr) -> object:
    """The thing that an expression names: a name of a scope, or an attribute of one."""
    if isinstance(expression, ast.Name):
        return script.scope(expression).owner(expression.id), expression.id
    if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name):
        base = expression.value
        owner = script.class_of(expression) if base.id == "self" else script.scope(base).owner(base.id)
        return owner, base.id, expression.attr
    return None


def uses_of(script: Script, expression: ast.expr) -> dict[str, list[ast.Attribute]]:
    """The attributes that are asked of what an expression names, each with the places where it is."""
    key = _key(script, expression)
    return {} if key is None else _all_uses(script).get(key, {})


def _hidden(found: ScriptNode) -> bool | list[Value]:
    script, node = found.script, found.node
    if isinstance(node, ast.Call):
        return list(script.values(node.func)) or True
    if isinstance(node, ast.ClassDef):
        return [value for base in node.bases for value in script.values(base)]
    return list(returned(found)) if isinstance(node, FUNCTIONS) else isinstance(node, (ast.arg, ast.Name, ast.Attribute))


is_unseen = Spread(lambda name: not name.startswith("builtins."), _hidden)
"""Whether a value may come from out of sight: an import, a parameter, an element, what an unseen function returned."""
