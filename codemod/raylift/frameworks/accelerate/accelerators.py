"""Which expressions hold an `Accelerator`, and which calls train with one."""

from __future__ import annotations

import ast

from raylift.frameworks.hf_trainer.trainer_classes import TRAINER_NAME, is_trainer_class
from raylift.script import Found, Script, Value, remembered
from raylift.script.functions import handed_over, returned
from raylift.script.scopes import FUNCTIONS

ACCELERATORS = frozenset({"accelerate.Accelerator", "accelerate.accelerator.Accelerator"})


def is_accelerator(script: Script, expression: ast.AST) -> bool:
    """Whether an expression holds an Accelerator, as far as can be seen; what comes from elsewhere is taken by its name."""
    if not isinstance(expression, (ast.Name, ast.Attribute, ast.Call)):
        return False
    values = list(script.values(expression))
    return any(_is_instance(value) for value in values) or _is_named_so(expression, values)


def _is_instance(value: Value, depth: int = 0) -> bool:
    if isinstance(value, str) or depth > 6:
        return False
    script, node = value.script, value.node
    if isinstance(node, ast.arg):
        if node.annotation is not None:
            return not script.names(node.annotation).isdisjoint(ACCELERATORS)
        return any(_is_instance(given, depth + 1) for given in handed_over(script, node))
    if not isinstance(node, ast.Call):
        return False
    for callee in script.values(node.func):
        if _is_class(callee):
            return True
        results = returned(callee) if isinstance(callee, Found) and isinstance(callee.node, FUNCTIONS) else ()
        if any(_is_instance(result, depth + 1) for result in results):
            return True
    return False


def _is_class(value: Value, depth: int = 0) -> bool:
    if isinstance(value, str):
        return value in ACCELERATORS
    if not isinstance(value.node, ast.ClassDef) or depth > 6:
        return False
    return any(_is_class(b, depth + 1) for base in value.node.bases for b in value.script.values(base))


def _is_named_so(expression: ast.AST, values: list[Value]) -> bool:
    """A parameter, an unpacked result or an attribute set elsewhere that is called an accelerator."""
    name = expression.attr if isinstance(expression, ast.Attribute) else expression.id if isinstance(expression, ast.Name) else ""
    known = [value for value in values if isinstance(value, str) or isinstance(value.node, (ast.Call, ast.Constant))]
    return name.lower().lstrip("_").endswith("accelerator") and not known


@remembered
def constructions(script: Script) -> list[ast.Call]:
    """The calls that make an Accelerator."""
    return [call for call in script.all(ast.Call) if any(_is_class(value) for value in script.values(call.func))]


@remembered
def backward_calls(script: Script) -> list[ast.Call]:
    """The calls that train with an Accelerator, but for those in a Trainer: it has its own loop."""
    calls = [call for call, receiver in script.method_calls("backward") if is_accelerator(script, receiver)]
    if not calls and constructions(script):
        calls = [call for call, _ in script.method_calls("backward") if not call.args]
    return [call for call in calls if not _is_hosted(script, call)]


def _is_hosted(script: Script, call: ast.Call) -> bool:
    """Whether a call is part of a class whose loop is a library's."""
    for holder in script.enclosing(call):
        if isinstance(holder, ast.ClassDef):
            if is_trainer_class(Found(script, holder)):
                return True
            if any(TRAINER_NAME.search(name) for base in holder.bases for name in script.names(base)):
                return True
    return False


def visible_accelerator(script: Script, place: ast.AST) -> str | None:
    """How the code at a place calls the Accelerator; None if none is in sight there."""
    function = script.function(place)
    inside = [node for node in ast.walk(function or script.tree) if isinstance(node, (ast.Name, ast.Attribute))]
    inside = [node for node in inside if script.function(node) is function]
    for node in sorted(inside, key=lambda node: (node.lineno, node.col_offset)):
        if is_accelerator(script, node):
            return ast.unparse(node)
    return _of_the_object(script, place) or _in_outer_function(script, place)


def _of_the_object(script: Script, place: ast.AST) -> str | None:
    """An attribute of `self` that another method holds the Accelerator in."""
    holder, function = script.class_of(place), script.function(place)
    if holder is None or function is None or script.parent(function) is not holder:
        return None
    attributes = [node for node in ast.walk(holder) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"]
    return next((ast.unparse(node) for node in attributes if is_accelerator(script, node)), None)


def _in_outer_function(script: Script, place: ast.AST) -> str | None:
    """A name of a function around this one; what the module binds may move into the train function, out of sight."""
    scope = script.scope(place).parent
    while scope is not None and isinstance(scope.node, FUNCTIONS):
        for name, bindings in scope.bindings.items():
            if any(_is_instance(value) for each in bindings if isinstance(each, ast.AST) for value in script.values(each)):
                return name
        scope = scope.parent
    return None
