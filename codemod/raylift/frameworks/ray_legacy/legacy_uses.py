"""Where a script uses what today's Ray lacks, ignores or raises on; asked before LibCST is worth its import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.ray_legacy.legacy_names import (
    CONFIGURATIONS,
    DROPPED,
    GONE_CONSTRUCTORS,
    RAY_INTERNALS,
    TORCH_TRAINERS,
    TRAINABLES,
    TRAINER_OF_RAY,
    TUNERS,
    is_legacy,
)
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.functions import returned
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Spread


@remembered
def has_legacy(script: Script) -> bool:
    """Whether a script uses any of it: a name, or an argument that raises today."""
    names = [found.name for found in script.imports()]
    if not any(name.lstrip(".").startswith("ray") for name in names) or any(name.startswith(RAY_INTERNALS) for name in names):
        return False
    if any(True for _ in tuners_over_trainers(script)):
        return True
    if any(found.name.startswith("ray.train.mosaic") for found in script.imports()) or _only_tunes(script):
        return False
    return any(is_legacy(found.name) for found in script.imports()) or any(True for _ in legacy_parts(script))


def _only_tunes(script: Script) -> bool:
    """Whether a script runs Ray Tune and no trainer: there, `session` and the configurations are Tune's."""
    if not any(found.name.startswith("ray.tune") and not found.name.endswith("SyncConfig") for found in script.imports()):
        return False
    names = {name for call in script.all(ast.Call) for name in script.names(call.func)}
    return not any(name.startswith("ray.train.") and name.endswith("Trainer") for name in names)


def legacy_parts(script: Script) -> Iterator[ast.AST]:
    """Attributes that stand for a legacy name, and arguments that raise."""
    for node in script.all(ast.Attribute):
        if any(is_legacy(name) or name in GONE_CONSTRUCTORS for name in script.names(node)):
            yield node
    for _, keyword in dropped_arguments(script):
        yield keyword
    yield from trial_calls(script)
    yield from keyword_reports(script)
    yield from (keyword for keyword, _ in dict_configurations(script))


def tuners_over_trainers(script: Script) -> Iterator[ast.Call]:
    """Calls of Ray Tune that are given a trainer of Ray Train, which it no longer takes: made in sight, or its `as_trainable()`."""
    for call in script.calls_to(*TUNERS):
        given = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg in TRAINABLES)]
        if any(is_trainer_of_ray(value) for each in given for value in script.values(each)):
            yield call


def makes_its_trainers(script: Script, tuner: ast.Call) -> bool:
    """Whether Ray Tune is given a function in sight that makes a trainer in every trial: what the refusal asks for."""
    given = [value for each in tuner.args[:1] for value in script.values(each)]
    given += [value for keyword in tuner.keywords if keyword.arg in TRAINABLES for value in script.values(keyword.value)]
    functions = [value for value in given if isinstance(value, ScriptNode) and isinstance(value.node, FUNCTIONS)]
    calls = [(each.script, node) for each in functions for node in ast.walk(each.node) if isinstance(node, ast.Call)]
    return bool(given) and len(functions) == len(given) and any(is_trainer_of_ray(ScriptNode(*each)) for each in calls)


def _given_to_tune(found: ScriptNode) -> list[Value]:
    """What a trainer may be made by: a call of its class, of a function, or of what wraps it: `tune.with_resources(trainer, ...)`."""
    script, node = found.script, found.node
    if not isinstance(node, ast.Call):
        return list(script.values(node.value)) if isinstance(node, ast.Attribute) else []
    callees = list(script.values(node.func))
    made = [
        value
        for callee in callees
        if isinstance(callee, ScriptNode) and isinstance(callee.node, FUNCTIONS)
        for value in returned(callee)
    ]
    if any(isinstance(callee, str) and callee.startswith("ray.tune.with_") for callee in callees):
        made += [value for given in node.args[:1] for value in script.values(given)]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("as_trainable", "as_trainable_class"):
        made += script.values(node.func.value)
    names = [callee for callee in callees if isinstance(callee, str)]
    return [*made, *names, *(base for callee in callees if isinstance(callee, ScriptNode) for base in _bases_of(callee))]


def _bases_of(found: ScriptNode) -> list[Value]:
    bases = found.node.bases if isinstance(found.node, ast.ClassDef) else []
    return [value for base in bases for value in found.script.values(base)]


is_trainer_of_ray = Spread(lambda name: bool(TRAINER_OF_RAY.match(name)), _given_to_tune)
"""Whether a value is a trainer of Ray Train, or what Ray Tune would make trials of from one."""


def keyword_reports(script: Script) -> Iterator[ast.Call]:
    """Reports of Ray 1, whose metrics were keywords."""
    for call in script.calls_to("ray.train.report"):
        if call.keywords and not call.args and "metrics" not in {keyword.arg for keyword in call.keywords}:
            yield call


def dict_configurations(script: Script) -> Iterator[tuple[ast.keyword, str]]:
    """Configurations of a TorchTrainer that are dicts, as Ray 1.13 and 2.0 took them, with the class that they are of today."""
    for call in script.calls_to(*TORCH_TRAINERS):
        for keyword in call.keywords:
            values = list(script.values(keyword.value)) if keyword.arg in CONFIGURATIONS else []
            if values and all(isinstance(value, ScriptNode) and isinstance(value.node, ast.Dict) for value in values):
                yield keyword, CONFIGURATIONS[str(keyword.arg)]


def trial_calls(script: Script) -> Iterator[ast.Call]:
    """Questions about a trial that are asked of `ray.train.get_context()`, which raises on them."""
    for call in script.all(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("get_trial_"):
            for value in script.values(call.func.value):
                made = value.node if isinstance(value, ScriptNode) else None
                if isinstance(made, ast.Call) and "ray.train.get_context" in script.names(made.func):
                    yield call


def dropped_arguments(script: Script) -> Iterator[tuple[ast.Call, ast.keyword]]:
    """The arguments that raise, with the calls they are given to."""
    for call in script.all(ast.Call):
        for name in script.names(call.func) & DROPPED.keys():
            yield from ((call, keyword) for keyword in call.keywords if keyword.arg in DROPPED[name])
