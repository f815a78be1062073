"""Which classes a call makes an instance of, or a part of one by `super().__init__(...)`, and what their constructors take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.hf_trainer.trainer_classes import is_trainer_class
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.scopes import FUNCTIONS, Function


@remembered
def base_constructions(script: Script) -> list[ast.Call]:
    """The calls by which a Trainer class of the script makes the part of it that is its base's."""
    calls = [call for call, _ in script.method_calls("__init__")]
    holders = [(call, script.class_of(call)) for call in calls]
    return [call for call, holder in holders if holder is not None and is_trainer_class(ScriptNode(script, holder))]


def called_classes(script: Script, call: ast.Call) -> list[Value]:
    """The classes whose constructor a call runs."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"):
        return list(script.values(call.func))
    receiver, holder = call.func.value, script.class_of(call)
    if isinstance(receiver, ast.Call) and holder is not None and "builtins.super" in script.names(receiver.func):
        return [value for base in holder.bases for value in script.values(base)]
    return list(script.values(receiver))


def bases_of(value: ScriptNode) -> list[Value]:
    """What a class in sight derives from."""
    bases = value.node.bases if isinstance(value.node, ast.ClassDef) else []
    return [found for base in bases for found in value.script.values(base)]


def lineage(values: list[Value]) -> Iterator[Value]:
    """Some classes and all that they derive from, as far as they are in sight, the nearest first."""
    waiting, seen = list(values), set[Value]()
    for value in waiting:
        if value not in seen:
            seen.add(value)
            yield value
            waiting += bases_of(value) if isinstance(value, ScriptNode) else []


def constructor(values: list[Value]) -> Function | None:
    """The constructor in sight that making an instance runs first; None where a library's does."""
    for value in lineage(values):
        if isinstance(value, ScriptNode) and isinstance(value.node, ast.ClassDef):
            for part in value.node.body:
                if isinstance(part, FUNCTIONS) and part.name == "__init__":
                    return part
    return None


def takes(script: Script, call: ast.Call, name: str) -> bool:
    """Whether a class in sight has its own constructor that knows an argument of that name."""
    init = constructor(called_classes(script, call))
    if init is None:
        return False
    known = {argument.arg for argument in (*init.args.posonlyargs, *init.args.args, *init.args.kwonlyargs)}
    looked_up = init.args.kwarg and (node.value for node in ast.walk(init) if isinstance(node, ast.Constant))
    return name in known or name in (looked_up or ())


def refuses(script: Script, call: ast.Call, name: str) -> bool:
    """Whether a class in sight has a constructor that takes no argument of that name."""
    init = constructor(called_classes(script, call))
    return init is not None and init.args.kwarg is None and not takes(script, call, name)


def sets_itself(values: list[Value], name: str) -> bool:
    """Whether a class in sight, or one that it derives from, sets an attribute of that name or defines it."""
    for value in lineage(values):
        if not isinstance(value, ScriptNode) or not isinstance(value.node, ast.ClassDef):
            continue
        if value.script.attributes_set_in(value.node, name) or any(_binds(part, name) for part in value.node.body):
            return True
    return False


def _binds(part: ast.stmt, name: str) -> bool:
    targets = part.targets if isinstance(part, ast.Assign) else [part.target] if isinstance(part, ast.AnnAssign) else []
    return getattr(part, "name", "") == name or any(isinstance(target, ast.Name) and target.id == name for target in targets)
