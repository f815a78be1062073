"""Names of `ray.air` and of Ray's removed trainers.

    from ray.air import session                        session.report({"loss": loss})
    from ray.air.config import ScalingConfig           session.get_world_rank()

becomes

    import ray.train                                   ray.train.report({"loss": loss})
    from ray.train import ScalingConfig                ray.train.get_context().get_world_rank()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import replace_by
from raylift.frameworks.ray_legacy.legacy_names import (
    CONTEXT_METHODS,
    LEGACY_MODULES,
    LEGACY_TRAINERS,
    PREDICTORS,
    WITHOUT_SUCCESSOR,
    is_callback,
    is_known,
    is_legacy,
)
from raylift.frameworks.ray_legacy.legacy_uses import trial_calls
from raylift.frameworks.ray_legacy.modern_forms import legacy_name, modern_form, trainer_import
from raylift.frameworks.ray_legacy.resources import is_answered
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Script
from raylift.script.expressions import written
from raylift.settings import Settings

NO_LONGER = {
    "get_trial_id": "a run has a name and no trial: `get_experiment_name()` gives the run's",
    "get_trial_name": "a run has a name and no trial: `get_experiment_name()` gives the run's",
    "get_trial_dir": "the folder of the run in its storage, which may be remote, takes the place of the trial's",
}


def rename_legacy_names(case: Case) -> Iterator[Finding]:
    """Give every use of a legacy name its form of today; raises Refusal where it has none."""
    script, settings = case.script, case.settings
    for node in dotted_names(script):
        if not _is_within_longer(script, node):
            yield from _renamed(script, node, settings)


def rename_trials(case: Case) -> Iterator[Finding]:
    """Questions about a trial that a train context no longer answers."""
    script = case.script
    for call in trial_calls(script):
        assert isinstance(call.func, ast.Attribute)
        asked = call.func.attr
        if asked not in NO_LONGER:
            remedy = "read the resources that ScalingConfig asked for"
            raise Refusal(call.lineno, "RL322", f"`{asked}` has no form in today's Ray Train", remedy)
        yield Notice(call.lineno, "RL233", f"`{asked}`: {NO_LONGER[asked]}", "look at what the name is used for")
        new = f"{written(script, call.func.value)}.{CONTEXT_METHODS[f'ray.air.session.{asked}']}"
        if asked == "get_trial_dir":
            yield Edit(call, replace_by(new), "RL230", "a run has a folder, and no trial")
        else:
            yield Edit(call.func, replace_by(new), "RL230", "a run has a name, and no trial")


def dotted_names(script: Script) -> Iterator[ast.Name | ast.Attribute]:
    """Every name and attribute that is read."""
    for name in script.all(ast.Name):
        if isinstance(name.ctx, ast.Load):
            yield name
    for attribute in script.all(ast.Attribute):
        if isinstance(attribute.ctx, ast.Load):
            yield attribute


def _renamed(script: Script, node: ast.Name | ast.Attribute, settings: Settings) -> Iterator[Finding]:
    name = legacy_name(script, node)
    if not name:
        _refuse_unknown(script, node)
        return
    if not is_answered(script, node):
        refuse_without_successor(node, name)
    new = modern_form(script, node, settings)
    called = script.parent(node)
    if name in LEGACY_TRAINERS:
        yield trainer_import(script, settings)
    if isinstance(called, ast.Call) and called.func is node and name in LEGACY_TRAINERS:
        return  # the whole call takes another form
    if new.startswith("ray.train."):
        yield NeededImport("ray.train.torch" if new.startswith("ray.train.torch.") else "ray.train")
    last = name.rpartition(".")[2]
    if last in NO_LONGER:
        remedy = "look at what the name is used for"
        yield Notice(node.lineno, "RL233", f"`{last}`: {NO_LONGER[last]}", remedy)
    if new and isinstance(called, ast.Call) and last == "get_trial_dir":
        yield Edit(called, replace_by(new), "RL230", f"`{name}` is now asked of the train context")
    elif new:
        yield Edit(node, replace_by(new), "RL230", f"`{name}` is now `{new.removesuffix('()')}`")


def refuse_without_successor(node: ast.AST, name: str) -> None:
    """Raise for a name that no rewrite can give a meaning today."""
    line = getattr(node, "lineno", 0)
    if name in WITHOUT_SUCCESSOR:
        raise Refusal(line, "RL322", f"`{name}` has no form in today's Ray Train", WITHOUT_SUCCESSOR[name])
    if name in PREDICTORS:
        text = f"`{name.rpartition('.')[2]}` is gone from Ray, with batch prediction on checkpoints"
        remedy = "load the model in a class and predict with Dataset.map_batches(thatClass, concurrency=...)"
        raise Refusal(line, "RL323", text, remedy)


def _refuse_unknown(script: Script, node: ast.Name | ast.Attribute) -> None:
    for name in script.names(node):
        prefix = name.rpartition(".")[0]
        if is_legacy(name) and not is_known(prefix) and name not in LEGACY_MODULES:
            raise Refusal(node.lineno, "RL322", f"`{name}` has no form in today's Ray Train", "replace it by hand")
        if name in LEGACY_MODULES and name.startswith(("ray.air", "ray.ml", "ray.train.session")):
            raise Refusal(
                node.lineno, "RL324", f"`{name}` itself is handed on as a value", "pass on the functions that are needed"
            )


def _is_within_longer(script: Script, node: ast.AST) -> bool:
    """Whether a node only begins a longer dotted name that is looked at as a whole."""
    holder = script.parent(node)
    return isinstance(holder, ast.Attribute) and not legacy_name(script, node) and bool(script.names(holder))


def uses_callbacks(script: Script, node: ast.AST) -> bool:
    """Whether an expression makes logging callbacks of Ray Tune."""
    parts = (part for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute)))
    return any(is_callback(name) or name.startswith("ray.tune.") for part in parts for name in script.names(part))
