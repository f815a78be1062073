"""What Ray's removed classes did that has no faithful form today: said before anything else is looked at."""

from __future__ import annotations

import ast

from raylift.frameworks.ray_legacy.legacy_names import (
    ACCELERATE_TRAINERS,
    CHAINS,
    LEGACY_TRAINERS,
    MAPPERS,
    TRANSFORMERS_TRAINERS,
    TUNERS,
    is_callback,
)
from raylift.frameworks.ray_legacy.legacy_uses import makes_its_trainers
from raylift.frameworks.ray_legacy.modern_forms import legacy_name
from raylift.frameworks.ray_legacy.renames import dotted_names
from raylift.plan import Case, Refusal
from raylift.script import Script, ScriptNode
from raylift.script.scopes import FUNCTIONS

RESTORING = ("restore", "can_restore")


def refuse_unfaithful(case: Case) -> tuple[()]:
    """Raise Refusal for tuning, restoring, subclasses that change how Ray trains, and classes handed on as values."""
    script = case.script
    for call in script.calls_to(*TUNERS):
        if makes_its_trainers(script, call):
            continue
        text = "Ray Tune no longer takes a trainer of Ray Train, and what it runs reports through `ray.tune`"
        remedy = "give Tuner a function that makes a TorchTrainer and calls fit(), then lift that function"
        raise Refusal(call.lineno, "RL321", text, remedy)
    for node in script.all(ast.Attribute):
        if node.attr in RESTORING and not script.names(node.value).isdisjoint(LEGACY_TRAINERS | {"ray.train.torch.TorchTrainer"}):
            text = f"`{ast.unparse(node)}` is gone: a run continues when it is started again under its name"
            remedy = "make the trainer as for a new run, with the same RunConfig(name=..., storage_path=...)"
            raise Refusal(node.lineno, "RL329", text, remedy)
    for definition in script.all(ast.ClassDef):
        _refuse_subclass(script, definition)
    _refuse_values(script)
    _refuse_lone_mappers(script)
    return ()


def _refuse_lone_mappers(script: Script) -> None:
    """A preprocessor becomes a map of a trainer's datasets; one that is given to no trainer has nothing to become."""
    waiting = [k.value for call in script.calls_to(*LEGACY_TRAINERS) for k in call.keywords if k.arg == "preprocessor"]
    given: set[ast.AST] = set()
    while waiting:
        for value in script.values(waiting.pop()):
            if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call) and value.node not in given:
                given.add(value.node)
                waiting += value.node.args
    for call in script.calls_to(*MAPPERS, *CHAINS):
        if call not in given:
            text = f"`{ast.unparse(call.func)}` is gone, and no trainer is given this one"
            raise Refusal(call.lineno, "RL322", text, "map the dataset itself: dataset.map_batches(function, batch_format=...)")


def _refuse_subclass(script: Script, node: ast.ClassDef) -> None:
    names = {name for base in node.bases for name in script.names(base)}
    methods = [part.name for part in node.body if isinstance(part, FUNCTIONS)]
    if names & TRANSFORMERS_TRAINERS:
        text = f"`{node.name}` is a TransformersTrainer of its own"
        raise Refusal(node.lineno, "RL327", text, "call TransformersTrainer where the subclass is used, then lift again")
    internal = [name for name in methods if name.startswith("_") and name != "__init__"] + [
        name for name in methods if name in ("as_trainable", "setup", "training_loop", "preprocess_datasets")
    ]
    if names & ACCELERATE_TRAINERS and internal:
        text = f"`{node.name}.{internal[0]}` overrides a part of Ray that is gone"
        raise Refusal(node.lineno, "RL327", text, "move what it does into the train function")


def _refuse_values(script: Script) -> None:
    for node in dotted_names(script):
        holder = script.parent(node)
        name = legacy_name(script, node)
        handed_on = isinstance(holder, (ast.Call, ast.keyword)) and not (isinstance(holder, ast.Call) and holder.func is node)
        if name in LEGACY_TRAINERS and handed_on and holder is not None and not _is_type_check(script, holder):
            text = f"the class `{ast.unparse(node)}` is handed on as a value"
            raise Refusal(node.lineno, "RL327", text, "call it directly")
        if is_callback(name) and not _goes_with_callbacks(script, node):
            text = f"`{ast.unparse(node)}` is a callback of Ray Tune, which Ray Train does not take"
            raise Refusal(node.lineno, "RL324", text, "log from the train function, on rank 0")


def _is_type_check(script: Script, holder: ast.AST) -> bool:
    return isinstance(holder, ast.Call) and bool({"builtins.isinstance", "builtins.issubclass"} & script.names(holder.func))


def _goes_with_callbacks(script: Script, node: ast.AST) -> bool:
    return any(isinstance(holder, ast.keyword) and holder.arg == "callbacks" for holder in script.enclosing(node))
