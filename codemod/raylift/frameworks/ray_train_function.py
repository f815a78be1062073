"""What becomes of a `trainer_init_per_worker`: the train function itself, or a train function that calls it.

A plain function of the script that is used once, takes `(train, evaluation, **config)` and ends in its only `return` becomes the
train function. Anything else (a bound method, a lambda, an imported function, another signature) is called by a new one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits import precede_with
from raylift.frameworks.ray_calls import LegacyCall, is_none, only_node
from raylift.frameworks.ray_datasets import shard_names
from raylift.frameworks.ray_names import modern_code
from raylift.frameworks.ray_shards import Shards, arguments_of, shards
from raylift.frameworks.transformers_trainer import MODULES, NAMES
from raylift.plan import Edit, Finding, NeededImport, Notice
from raylift.recast import HOLE, become_train_function, precede_with_block, replace_return
from raylift.scopes import FUNCTIONS
from raylift.script import Found, Script
from raylift.settings import Settings

RESUME = "resume_from_checkpoint"


@dataclass(frozen=True, slots=True)
class TrainFunction:
    """The train function of one trainer: its name, what `train_loop_config` becomes, the init function if in sight, and the edits."""

    name: str
    config_value: str
    init: Found | None
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
    data = shards(script, settings, init, train, evaluation)
    plain = None if resumes else _plain(script, call, init, has_config)
    findings: list[Finding] = [*notices, *data.notices]
    if plain is not None and (not data.is_stock or data.first_use(plain) is not None):
        findings += _become(script, plain, name, has_config, data, settings)
        value = HOLE if has_config else ""
    else:
        findings += _call_it(script, call, init, name, data, settings)
        value = _config_value(script, call, has_config, settings)
    findings += [NeededImport(MODULES[settings.runtime], each) for each in NAMES]
    findings += data.imports
    if needs_last_save(init, settings):
        findings.append(NeededImport("raylift_runtime.legacy", "SaveAtEndCallback"))
    findings += _lost_save(call, init, settings)
    return TrainFunction(name, value, init, tuple(findings))


def _name(script: Script, taken: list[str]) -> str:
    name = script.free_name("train_func", "ray_train_func")
    number = 2
    while name in taken or (number > 2 and script.is_taken(name)):
        name, number = f"train_func_{number}", number + 1
    taken.append(name)
    return name


def _init(script: Script, call: LegacyCall) -> Found | None:
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
                    return Found(made.script, part)
    return None


def _plain(script: Script, call: LegacyCall, init: Found | None, has_config: bool) -> ast.FunctionDef | None:
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
    if not wanted or len(uses) != 1 or yields or not ends or (has_config and not arguments.kwarg):
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
    steps = _steps(trainer, needs_last_save(Found(script, node), settings))
    why = "the train function trains the Trainer that it made"
    yield Edit(last, replace_return(script.place_in_line(last), trainer, prefix, steps), "RL131", why)
    if lines and use is not None and use is not last:
        yield Edit(use, precede_with(0, *lines), "RL132", "the Trainer reads this worker's batches")


def _trainer_name(node: ast.FunctionDef, reads: set[str]) -> str:
    own = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return "trainer" if "trainer" in own or "trainer" not in reads else "hf_trainer"


def _call_it(
    script: Script, call: LegacyCall, init: Found | None, name: str, data: Shards, settings: Settings
) -> Iterator[Finding]:
    """A train function that calls the init function, right before the trainer is made."""
    resumes = not is_none(call.given.get(RESUME))
    has_config = resumes or not is_none(call.given.get("trainer_init_config"))
    lines: list[str] = []
    run = ast.unparse(call.run)
    if not isinstance(call.run, (ast.Name, ast.Attribute)):
        run = script.free_name("trainer_init_per_worker", "make_trainer")
        lines.append(f"{run} = {modern_code(script, call.run, settings)}\n\n")
    given = [*_accepted(init, data.expressions(data.literal_sizes())), *(["**config"] if has_config else [])]
    body = ["config = dict(config)", f'checkpoint = config.pop("{RESUME}")'] if resumes else []
    body.append(f"trainer = {run}({', '.join(given)})")
    steps = _steps("trainer", needs_last_save(init, settings))
    body += [*steps[:-1], *(_resumed(settings) if resumes else steps[-1:])]
    lines += [f"def {name}({'config' if has_config else ''}):", *(f"    {line}" for line in body)]
    statement = script.statement(call.node)
    blanks = 2 if script.parent(statement) is script.tree else 1
    change = precede_with_block(script.place_in_line(statement), "\n".join(lines) + "\n", blanks)
    yield Edit(statement, change, "RL131", "a train function makes the Trainer and trains it")
    if resumes:
        yield from _resume_imports(settings)


def _accepted(init: Found | None, written: list[str]) -> list[str]:
    """As many datasets as the init function takes; Ray insisted on both."""
    if init is None or not isinstance(init.node, (*FUNCTIONS, ast.Lambda)) or init.node.args.vararg:
        return written
    arguments = [arg.arg for arg in (*init.node.args.posonlyargs, *init.node.args.args)]
    if isinstance(init.script.parent(init.node), ast.ClassDef):
        arguments = arguments[1:]
    return written[: len(arguments)] if arguments != ["config"] else []


def _resumed(settings: Settings) -> list[str]:
    if settings.runtime == "ray":
        folder = 'os.path.join(folder, "checkpoint")'
        return ["with checkpoint.as_directory() as folder:", f"    trainer.train(resume_from_checkpoint={folder})"]
    return ["with trainer_folder(checkpoint) as folder:", "    trainer.train(resume_from_checkpoint=folder)"]


def _resume_imports(settings: Settings) -> Iterator[NeededImport]:
    yield NeededImport("os") if settings.runtime == "ray" else NeededImport("raylift_runtime.legacy", "trainer_folder")


def _config_value(script: Script, call: LegacyCall, has_config: bool, settings: Settings) -> str:
    """What `train_loop_config` becomes where the init function is called by a train function."""
    resume = call.given.get(RESUME)
    if resume is None or is_none(resume):
        return HOLE if has_config else ""
    before = f"**{HOLE}, " if has_config else ""
    return f'{{{before}"{RESUME}": {modern_code(script, resume, settings)}}}'


def _steps(trainer: str, last_save: bool) -> list[str]:
    """What follows the making of a Trainer."""
    steps = [f"{trainer}.add_callback(RayTrainReportCallback())"]
    if last_save:
        steps.append(f"{trainer}.add_callback(SaveAtEndCallback())")
    return [*steps, f"{trainer} = prepare_trainer({trainer})", f"{trainer}.train()"]


def _save_strategies(init: Found | None) -> list[object]:
    """What is said of saving, once for each TrainingArguments in sight; None where it is not said, or not as a literal."""
    found: list[object] = []
    for call in arguments_of(init):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        strategy = given.get("save_strategy")
        found.append(strategy.value if isinstance(strategy, ast.Constant) else None)
    return found


def needs_last_save(init: Found | None, settings: Settings) -> bool:
    """Whether training might end without the log, the evaluation and the checkpoint that Ray used to force."""
    strategies = _save_strategies(init)
    return settings.runtime == "raylift" and (not strategies or any(strategy != "epoch" for strategy in strategies))


def _lost_save(call: LegacyCall, init: Found | None, settings: Settings) -> Iterator[Notice]:
    if settings.runtime == "ray" and "no" in _save_strategies(init):
        text = "TransformersTrainer saved and reported at the end all the same; Ray's callback reports when the Trainer saves"
        yield Notice(call.line, "RL138", text, 'set save_strategy="epoch", or call ray.train.report on every rank')
