"""A train function that calls an init function as Ray used to: with both datasets, and the configuration as keywords.

def train_func(config):
    trainer = recipe.build(get_dataset_shard("train"), get_dataset_shard("evaluation"), **config)
    ...
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.calls import HOLE
from raylift.edits.statements import precede_with_block
from raylift.frameworks.ray_legacy.last_save import needs_last_save, steps_of
from raylift.frameworks.ray_legacy.modern_forms import modern_code
from raylift.frameworks.ray_legacy.shards import Shards
from raylift.frameworks.ray_legacy.trainer_calls import LegacyCall, is_none
from raylift.plan import Edit, Finding, NeededImport
from raylift.script import Script, ScriptNode
from raylift.script.scopes import FUNCTIONS
from raylift.settings import Settings

RESUME = "resume_from_checkpoint"


def call_init(
    script: Script, call: LegacyCall, init: ScriptNode | None, name: str, data: Shards, settings: Settings
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
    steps = steps_of("trainer", needs_last_save(init, settings))
    body += [*steps[:-1], *(_resumed(settings) if resumes else steps[-1:])]
    lines += [f"def {name}({'config' if has_config else ''}):", *(f"    {line}" for line in body)]
    statement = script.statement(call.node)
    blanks = 2 if script.parent(statement) is script.tree else 1
    change = precede_with_block(script.place_in_line(statement), "\n".join(lines) + "\n", blanks)
    yield Edit(statement, change, "RL131", "a train function makes the Trainer and trains it")
    if resumes:
        yield from _resume_imports(settings)


def _accepted(init: ScriptNode | None, written: list[str]) -> list[str]:
    """As many datasets as the init function takes; Ray insisted on both."""
    if init is None or not isinstance(init.node, (*FUNCTIONS, ast.Lambda)) or init.node.args.vararg:
        return written
    arguments = [arg.arg for arg in (*init.node.args.posonlyargs, *init.node.args.args)]
    if isinstance(init.script.parent(init.node), ast.ClassDef):
        arguments = arguments[1:]
    return written[: len(arguments)] if arguments != ["config"] else []


def _resumed(settings: Settings) -> list[str]:
    if not settings.target.legacy:
        return [
            "if checkpoint is None:",
            "    trainer.train()",
            "else:",
            "    with checkpoint.as_directory() as folder:",
            '        trainer.train(resume_from_checkpoint=os.path.join(folder, "checkpoint"))',
        ]
    return ["with trainer_folder(checkpoint) as folder:", "    trainer.train(resume_from_checkpoint=folder)"]


def _resume_imports(settings: Settings) -> Iterator[NeededImport]:
    yield NeededImport(settings.target.legacy, "trainer_folder") if settings.target.legacy else NeededImport("os")


def config_value(script: Script, call: LegacyCall, has_config: bool, settings: Settings) -> str:
    """What `train_loop_config` becomes where the init function is called by a train function."""
    resume = call.given.get(RESUME)
    if resume is None or is_none(resume):
        return HOLE if has_config else ""
    before = f"**{HOLE}, " if has_config else ""
    return f'{{{before}"{RESUME}": {modern_code(script, resume, settings)}}}'
