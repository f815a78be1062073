"""Gives the config of one of TRL's trainers what the trainer itself no longer takes, by whatever way the script allows.

SFTConfig("out")                                  SFTConfig("out", max_length=128)
TrainingArguments("out")                          SFTConfig("out", max_length=128, learning_rate=5e-05, ...)
config = parser.parse_args()                      config.max_length = 128, right before the trainer
SFTTrainer(model, args=training_args, ...)        args=SFTConfig(**{**training_args.to_dict(), ..., "max_length": 128})
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits.arguments import remove, replace_argument
from raylift.edits.calls import Argument, on_lines_if_long, recast_call
from raylift.edits.expressions import replace_by
from raylift.edits.imports import move_imports
from raylift.edits.statements import precede_with
from raylift.frameworks.hf_trainer.configs import GivenConfig
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, arguments_given, as_written
from raylift.frameworks.hf_trainer.library_classes import ARGUMENT_CLASSES, library_class
from raylift.plan import Case, Edit, NeededImport
from raylift.releases.arguments import default_of, defaults_known
from raylift.script import Script
from raylift.script.scopes import Imported

OLD_OUTPUT = 'output_dir="tmp_trainer"'
"""Where a trainer of TRL wrote that was given no arguments."""
WITHOUT_OLD_DEFAULT = {"gradient_checkpointing": "False"}
"""Defaults that a release has in other words."""
Fields = tuple[tuple[str, GivenArgument], ...]


@dataclass(frozen=True, slots=True)
class MovingArguments:
    """What leaves a call of a trainer for its config, by the names that they have there."""

    call: ast.Call
    config: str
    fields: Fields

    @property
    def short(self) -> str:
        """The config without its module."""
        return self.config.rpartition(".")[2]

    def why(self) -> str:
        """What happens, in a sentence."""
        names = ", ".join(f"`{argument.name}`" for _, argument in self.fields)
        return f"{names} belong{'' if len(self.fields) > 1 else 's'} into {self.short}"


def without_moved(moving: MovingArguments, but: int = 0) -> Iterator[Edit]:
    """The trainer's call without what moves."""
    for _, argument in moving.fields[but:]:
        yield Edit(argument.node, remove, "RL206", f"`{argument.name}` belongs into {moving.short}", group=moving.call)


def config_made_anew(script: Script, moving: MovingArguments) -> Iterator[Edit]:
    """A trainer without arguments is given a config."""
    name, needs = _spelled(script, moving)
    values = ", ".join(f"{field}={as_written(script, argument)}" for field, argument in moving.fields)
    change = replace_argument(f"args={name}({OLD_OUTPUT}, {values})")
    yield Edit(moving.fields[0][1].node, change, "RL206", moving.why(), needs, group=moving.call)
    yield from without_moved(moving, but=1)


def config_given_more(case: Case, moving: MovingArguments, made: ast.Call, known: Fields) -> Iterator[Edit]:
    """The call that makes the config takes more; plain TrainingArguments become the config and keep their defaults."""
    script = case.script
    added = [Argument(field, as_written(script, argument)) for field, argument in known]
    if library_class(script, made, case.settings, ARGUMENT_CLASSES) == moving.config:
        if added:
            change = on_lines_if_long(recast_call("", {}, added), made.col_offset)
            yield Edit(made, change, "RL206", moving.why(), group=moving.call, last=True)
        return
    name, needs = _spelled(script, moving)
    given = {argument.name for argument in arguments_given(script, made)}
    added += _kept_defaults(case, moving.config, given | {field for field, _ in moving.fields})
    change = on_lines_if_long(recast_call(name, {}, added), made.col_offset)
    why = f"{moving.why()}, with the defaults that TrainingArguments had"
    yield Edit(made, change, "RL206", why, needs, group=moving.call, last=True)
    yield from _unused_import(script, moving, made)


def config_set_before(script: Script, moving: MovingArguments, config: GivenConfig, fields: Fields) -> Iterator[Edit]:
    """The config is told by its attributes, right before the trainer is made."""
    if fields and config.expression is not None:
        statement, target = script.statement(moving.call), ast.unparse(config.expression)
        lines = [f"{target}.{field} = {as_written(script, argument)}" for field, argument in fields]
        change = precede_with(script.place_in_line(statement), *lines)
        yield Edit(statement, change, "RL206", moving.why(), group=moving.call, last=True)


def config_converted(script: Script, moving: MovingArguments, config: GivenConfig, fields: Fields) -> Iterator[Edit]:
    """TrainingArguments that come from elsewhere are turned into the config where they are given, as TRL itself does it."""
    assert config.expression is not None
    name, needs = _spelled(script, moving)
    own = ast.unparse(config.expression)
    values = "".join(f', "{field}": {as_written(script, argument)}' for field, argument in fields)
    code = f'{name}(**{{**{own}.to_dict(), "hub_token": {own}.hub_token{values}}})'  # to_dict hides the token
    yield Edit(config.expression, replace_by(code), "RL206", moving.why(), needs, group=moving.call)


def _unused_import(script: Script, moving: MovingArguments, made: ast.Call) -> Iterator[Edit]:
    """The import of TrainingArguments goes where nothing else uses it."""
    if not isinstance(made.func, ast.Name):
        return
    name = made.func.id
    uses = [node for node in script.all(ast.Name) if node.id == name]
    bound = [binding.node for binding in script.globals.bindings.get(name, []) if isinstance(binding, Imported)]
    if len(uses) == 1 and len(bound) == 1 and isinstance(bound[0], ast.ImportFrom) and len(bound[0].names) > 1:
        kept = frozenset(alias.asname or alias.name for alias in bound[0].names) - {name}
        change = move_imports(script.place_in_line(bound[0]), {}, kept)
        yield Edit(bound[0], change, "RL206", f"`{name}` is not used any more", group=moving.call)


def _kept_defaults(case: Case, config: str, given: set[str]) -> Iterator[Argument]:
    """What TrainingArguments say that are told nothing, where the config would say something else."""
    for name in defaults_known(config):
        old, new = default_of(case.settings, ARGUMENT_CLASSES, name), default_of(case.settings, config, name)
        if name not in given and old is not None and new is not None and old != new and not (name == "bf16" and "fp16" in given):
            yield Argument(name, WITHOUT_OLD_DEFAULT.get(name, old))


def _spelled(script: Script, moving: MovingArguments) -> tuple[str, tuple[NeededImport, ...]]:
    """How the script says the config's class, and the import that this needs."""
    module = moving.config.rpartition(".")[0]
    if isinstance(moving.call.func, ast.Attribute) and moving.call.func.attr == moving.short.replace("Config", "Trainer"):
        return f"{ast.unparse(moving.call.func.value)}.{moving.short}", ()
    bound = script.globals.bindings.get(moving.short, [])
    if any(getattr(binding, "name", "").partition(".")[0] == "trl" for binding in bound):
        return moving.short, ()
    if script.is_taken(moving.short):
        return moving.config, (NeededImport(module),)
    return moving.short, (NeededImport(module, moving.short),)
