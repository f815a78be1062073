"""What becomes of a `trainer_init_per_worker`: the train function itself, or a train function that calls it.

A plain function of the script that is used once, takes `(train, evaluation, **config)` and ends in its only `return` becomes the
train function. Anything else (a bound method, a lambda, an imported function, another signature) is called by a new one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits.calls import HOLE
from raylift.edits.functions import become_train_function
from raylift.edits.statements import precede_with, replace_return
from raylift.frameworks.ray_legacy.datasets import shard_names
from raylift.frameworks.ray_legacy.init_called import RESUME, call_init, config_value
from raylift.frameworks.ray_legacy.last_save import lost_save, needs_last_save, steps_of
from raylift.frameworks.ray_legacy.shards import Shards, shards
from raylift.frameworks.ray_legacy.trainer_calls import LegacyCall, is_none, only_node
from raylift.plan import Edit, Finding, NeededImport
from raylift.script import Script, ScriptNode
from raylift.script.scopes import FUNCTIONS
from raylift.settings import Settings
from raylift.targets import TRAINER_NAMES


@dataclass(frozen=True, slots=True)
class TrainFunction:
    """The train function of one trainer: its name, what `train_loop_config` becomes, the init function if in sight, and the edits."""

    name: str
    config_value: str
    init: ScriptNode | None
    findings: tuple[Finding, ...]


def train_functions(script: Script, calls: list[LegacyCall], settings: Settings) -> list[TrainFunction]:
    """One train function for each legacy trainer of a script."""
    names: list[str] = []
    return [_train_function(script, call, settings, names) for call in calls]


def _train_function(script: Script, call: LegacyCall, settings: Settings, taken: list[str]) -> TrainFunction:
    train, evaluation, notices = shard_names(script, call)
    init = _init(script, call)
    name = _name(script, taken)
    has_config = not is_none(call.given.get("trainer_init_config"))
    resumes = not is_none(call.given.get(RESUME))
    data = shards(script, settings, init, (train, evaluation), call.line)
    plain = None if resumes else _plain(script, call, init, has_config)
    findings: list[Finding] = [*notices, *data.notices]
    if plain is not None and (not data.is_stock or data.first_use(plain) is not None):
        findings += _become(script, plain, name, has_config, data, settings)
        value = HOLE if has_config else ""
    else:
        findings += call_init(script, call, init, name, data, settings)
        value = config_value(script, call, has_config, settings)
    findings += [NeededImport(settings.target.transformers, each) for each in TRAINER_NAMES]
    findings += data.imports
    if needs_last_save(init, settings):
        findings.append(NeededImport(settings.target.legacy, "SaveAtEndCallback"))
    findings += lost_save(call, init, settings)
    return TrainFunction(name, value, init, tuple(findings))


def _name(script: Script, taken: list[str]) -> str:
    name = script.free_name("train_func", "ray_train_func")
    number = 2
    while name in taken or (number > 2 and script.is_taken(name)):
        name, number = f"train_func_{number}", number + 1
    taken.append(name)
    return name


def _init(script: Script, call: LegacyCall) -> ScriptNode | None:
    """The init function, or the method behind a bound one, if there is one in sight."""
    found = only_node(script, call.run)
    if found is not None and isinstance(found.node, (*FUNCTIONS, ast.Lambda)):
        return found
    if isinstance(call.run, ast.Attribute):
        owner = only_node(script, call.run.value)
        if owner is not None and isinstance(owner.node, ast.Call):
            made = only_node(owner.script, owner.node.func)
            body = made.node.body if made is not None and isinstance(made.node, ast.ClassDef) else []
            for part in body:
                if isinstance(part, FUNCTIONS) and part.name == call.run.attr and made is not None:
                    return ScriptNode(made.script, part)
    return None


def _plain(script: Script, call: LegacyCall, init: ScriptNode | None, has_config: bool) -> ast.FunctionDef | None:
    """The init function, if it can become the train function."""
    if init is None or init.script is not script or not isinstance(call.run, ast.Name):
        return None
    node = init.node
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or script.class_of(node) is script.parent(node):
        return None
    arguments = node.args
    wanted = len(arguments.args) == 2 and not (arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg)
    uses = [name for name in script.all(ast.Name) if name.id == node.name and isinstance(name.ctx, ast.Load)]
    own = [part for part in ast.walk(node) if script.function(part) is node]
    returns = [part for part in own if isinstance(part, ast.Return)]
    yields = any(isinstance(part, (ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)) for part in own)
    ends = bool(returns) and node.body[-1] is returns[-1] and len(returns) == 1 and returns[-1].value is not None
    if not wanted or uses != [call.run] or yields or not ends or (has_config and not arguments.kwarg):
        return None
    return node if node.body[0].lineno > node.lineno else None


def _become(
    script: Script, node: ast.FunctionDef, name: str, has_config: bool, data: Shards, settings: Settings
) -> Iterator[Finding]:
    reads = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    kwarg = node.args.kwarg.arg if node.args.kwarg else ""
    parameter = kwarg if kwarg and (has_config or kwarg in reads) else ""
    first, lines = data.bound_in(node)
    yield Edit(node, become_train_function(name, parameter, first), "RL131", "the init function becomes the train function")
    last = node.body[-1]
    assert isinstance(last, ast.Return) and last.value is not None
    trainer = last.value.id if isinstance(last.value, ast.Name) else _trainer_name(node, reads)
    use = data.first_use(node)
    prefix = lines if use is last else []
    steps = steps_of(trainer, needs_last_save(ScriptNode(script, node), settings))
    why = "the train function trains the Trainer that it made"
    yield Edit(last, replace_return(script.place_in_line(last), trainer, prefix, steps), "RL131", why)
    if lines and use is not None and use is not last:
        yield Edit(use, precede_with(0, *lines), "RL132", "the Trainer reads this worker's batches")


def _trainer_name(node: ast.FunctionDef, reads: set[str]) -> str:
    own = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return "trainer" if "trainer" in own or "trainer" not in reads else "hf_trainer"
