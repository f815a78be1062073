"""Which expressions hold an `Accelerator`, and which calls train with one."""

from __future__ import annotations

import ast

from raylift.frameworks.hf_trainer.trainer_classes import TRAINER_NAME, is_trainer_class
from raylift.script import Script, ScriptNode, Value, remembered, remembered_for
from raylift.script.functions import handed_over, methods_named, returned
from raylift.script.scopes import DEFINITIONS, FUNCTIONS, Function
from raylift.script.spread import Spread
from raylift.script.uses import is_unseen, uses_of

ACCELERATORS = frozenset({"accelerate.Accelerator", "accelerate.accelerator.Accelerator"})


@remembered_for
def is_accelerator(script: Script, expression: ast.AST) -> bool:
    """Whether an expression holds an Accelerator, as far as can be seen; what comes from elsewhere is taken by its name."""
    if not isinstance(expression, (ast.Name, ast.Attribute, ast.Call)):
        return False
    values = list(script.values(expression))
    return any(map(_is_instance, values)) or _is_named_so(script, expression, values) or _is_used_so(script, expression, values)


OWN_METHODS = frozenset({
    "accumulate", "clip_grad_norm_", "gather_for_metrics", "is_local_main_process", "is_main_process", "prepare", "sync_gradients",
    "unwrap_model", "wait_for_everyone",
})  # fmt: skip
"""What of an Accelerator hardly anything else has that differentiates a loss."""


def _is_used_so(script: Script, expression: ast.AST, values: list[Value]) -> bool:
    """What comes from out of sight and is asked what only an Accelerator answers: it differentiates a loss that it is given, and more."""
    if not isinstance(expression, (ast.Name, ast.Attribute)) or "backward" not in (uses := uses_of(script, expression)):
        return False
    calls = [call for node in uses["backward"] if isinstance(call := script.parent(node), ast.Call) and call.func is node]
    is_given = any(len(call.args) == 1 for call in calls) and not any(any(methods_named(script, call.func)) for call in calls)
    is_told = not OWN_METHODS.isdisjoint(uses) or ast.unparse(expression).lower().endswith("accelerator")
    return is_given and is_told and any(map(is_unseen, values))


def _bases(value: ScriptNode) -> bool | list[Value]:
    bases = value.node.bases if isinstance(value.node, ast.ClassDef) else []
    return [found for base in bases for found in value.script.values(base)]


_is_class = Spread(ACCELERATORS.__contains__, _bases)


def _origins(value: ScriptNode) -> bool | list[Value]:
    """Whether a value is an Accelerator, or what it may come from: arguments of calls, results of functions."""
    script, node = value.script, value.node
    if isinstance(node, ast.arg):
        if node.annotation is not None:
            return not script.names(node.annotation).isdisjoint(ACCELERATORS)
        return list(handed_over(script, node))
    if not isinstance(node, ast.Call):
        return False
    callees = script.values(node.func)
    if any(map(_is_class, callees)):
        return True
    functions = [callee for callee in callees if isinstance(callee, ScriptNode) and isinstance(callee.node, FUNCTIONS)]
    return [result for function in functions for result in returned(function)]


_is_instance = Spread(lambda name: False, _origins)


def _is_named_so(script: Script, expression: ast.AST, values: list[Value]) -> bool:
    """A parameter, an unpacked result or an attribute set elsewhere that is called an accelerator.

    Also what a call gives whose result is out of sight, if it is used as one: never the function that gives it.
    """
    name = expression.attr if isinstance(expression, ast.Attribute) else expression.id if isinstance(expression, ast.Name) else ""
    if not name.lower().lstrip("_").endswith("accelerator"):
        return False
    if any(isinstance(value, str) or isinstance(value.node, (ast.Constant, ast.Lambda, *DEFINITIONS)) for value in values):
        return False
    calls = [value for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call)]
    is_used_so = isinstance(expression, ast.expr) and not OWN_METHODS.isdisjoint(uses_of(script, expression))
    return not calls or (is_used_so and all(map(is_unseen, calls)))


@remembered
def accelerator_constructions(script: Script) -> list[ast.Call]:
    """The calls that make an Accelerator."""
    return [call for call in script.all(ast.Call) if any(_is_class(value) for value in script.values(call.func))]


@remembered
def backward_calls(script: Script) -> list[ast.Call]:
    """The calls that train with an Accelerator, but for those in a Trainer: it has its own loop."""
    calls = [call for call, receiver in script.method_calls("backward") if is_accelerator(script, receiver)]
    if not calls and accelerator_constructions(script):
        calls = [call for call, _ in script.method_calls("backward") if not call.args]
    return [call for call in calls if not _is_hosted(script, call)]


def _is_hosted(script: Script, call: ast.Call) -> bool:
    """Whether a call is part of a class whose loop is a library's."""
    for holder in script.enclosing(call):
        if isinstance(holder, ast.ClassDef):
            if is_trainer_class(ScriptNode(script, holder)):
                return True
            if holder in _mixed_into_trainers(script):
                return True
            if any(TRAINER_NAME.search(name) for base in holder.bases for name in script.names(base)):
                return True
    return False


@remembered
def _mixed_into_trainers(script: Script) -> frozenset[ast.AST]:
    """The classes of a script that a Trainer of it derives from: `class Mine(Mixin, Trainer)`."""
    waiting = [node for node in script.all(ast.ClassDef) if is_trainer_class(ScriptNode(script, node))]
    found: set[ast.AST] = set()
    while waiting:
        for base in waiting.pop().bases:
            for value in script.values(base):
                if isinstance(value, ScriptNode) and isinstance(value.node, ast.ClassDef) and value.node not in found:
                    found.add(value.node)
                    waiting.append(value.node)
    return frozenset(found)


def visible_accelerator(script: Script, place: ast.AST) -> str | None:
    """How the code at a place calls the Accelerator; None if none is in sight there."""
    function = script.function(place)
    return _visible_in(script, function) or _of_the_object(script, place) or _in_outer_function(script, place)


@remembered_for
def _visible_in(script: Script, function: Function | None) -> str | None:
    inside = [node for node in ast.walk(function or script.tree) if isinstance(node, (ast.Name, ast.Attribute))]
    inside = [node for node in inside if script.function(node) is function]
    for node in sorted(inside, key=lambda node: (node.lineno, node.col_offset)):
        if is_accelerator(script, node):
            return ast.unparse(node)
    return None


def _of_the_object(script: Script, place: ast.AST) -> str | None:
    """An attribute of `self` that another method holds the Accelerator in."""
    holder, function = script.class_of(place), script.function(place)
    if holder is None or function is None or script.parent(function) is not holder:
        return None
    attributes = [
        node
        for node in ast.walk(holder)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]
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
