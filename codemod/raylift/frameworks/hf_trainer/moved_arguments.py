"""Arguments of TRL's trainers that belong into their configs now.

    args = TrainingArguments("out", max_steps=2)
    trainer = SFTTrainer(model, args=args, train_dataset=rows, dataset_text_field="text", max_seq_length=128)

becomes

    args = SFTConfig("out", max_steps=2, dataset_text_field="text", max_length=128, learning_rate=5e-05, ...)
    trainer = SFTTrainer(model, args=args, train_dataset=rows)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits.arguments import remove, replace_argument
from raylift.edits.calls import Argument, on_lines_if_long, recast_call
from raylift.edits.imports import move_imports
from raylift.edits.statements import precede_with
from raylift.frameworks.hf_trainer.configs import GivenConfig, can_be_set, given_config, is_known_at
from raylift.frameworks.hf_trainer.constructors import base_constructions, called_classes, takes
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, arguments_given, as_written, hides_arguments
from raylift.frameworks.hf_trainer.gone_arguments import TRL_NAMES
from raylift.frameworks.hf_trainer.library_classes import ARGUMENTS, is_gone, library_class, since
from raylift.frameworks.hf_trainer.old_arguments import trl_argument, trl_name
from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.plan import Case, Edit, Finding, NeededImport, Notice
from raylift.releases.arguments import default_of, defaults_known, is_there
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


def move_arguments(case: Case) -> Iterator[Finding]:
    """Give every config of TRL what its trainer no longer takes."""
    script, settings = case.script, case.settings
    moving: list[MovingArguments] = []
    for call in (*trainer_constructions(script), *base_constructions(script)):
        name = library_class(script, call, settings, "")
        if name.startswith("trl."):
            fields: list[tuple[str, GivenArgument]] = []
            yield from _sorted_out(case, call, name, fields)
            if fields:
                moving.append(MovingArguments(call, _config_of(name), tuple(fields)))
    made = [given_config(script, each.call) for each in moving]
    for each, config in zip(moving, made, strict=True):
        is_alone = config.made is None or [other.made for other in made].count(config.made) == 1
        yield from _moved(case, each, config, is_alone=is_alone)


def _config_of(trainer: str) -> str:
    return f"{trainer.removesuffix('Trainer')}Config"


def _sorted_out(case: Case, call: ast.Call, name: str, fields: list[tuple[str, GivenArgument]]) -> Iterator[Finding]:
    """What goes elsewhere than into the config; what goes there is added to `fields`."""
    script, settings = case.script, case.settings
    given = {each.name: each for each in arguments_given(script, call)}
    for old, argument in given.items():
        if old == "tokenizer" or takes(script, call, old) or not is_gone(settings, name, old):
            continue
        field = "" if trl_name(settings, name, old) else trl_name(settings, _config_of(name), old)
        is_default = isinstance(argument.value, ast.Constant) and argument.value.value is None
        if not field or is_default:
            yield from trl_argument(argument, given, name, settings)
        elif argument.is_keyword and argument.holder is call:
            fields.append((field, argument))
        else:
            yield _told(argument, name, _config_of(name))


def _told(argument: GivenArgument, trainer: str, config: str) -> Notice:
    text = f"`{argument.name}` belongs into {config.rpartition('.')[2]} since {since(trainer, argument.name)}"
    remedy = "make the trainer's `args` of that class, and give it the argument"
    return Notice(argument.line, "RL206", f"{text}, and {trainer.rpartition('.')[2]} raises TypeError", remedy)


def _moved(case: Case, moving: MovingArguments, config: GivenConfig, *, is_alone: bool) -> Iterator[Finding]:
    script, made = case.script, config.made
    told = tuple(pair for pair in moving.fields if not _is_read_from(config, pair))
    is_absent = config.expression is None and not hides_arguments(script, moving.call)
    if is_absent:
        yield from _made_anew(script, moving)
    elif made is not None and is_alone and _can_take(case, moving, made):
        yield from _put_into(case, moving, config, made, told)
        yield from _removed(moving)
    elif can_be_set(script, config.expression) and (_can_precede(script, moving.call) or not told):
        yield from _set_before(script, moving, config, told) if told else ()
        yield from _removed(moving)
    else:
        trainer = library_class(script, moving.call, case.settings, "")
        yield from (_told(argument, trainer, moving.config) for _, argument in moving.fields)


def _is_read_from(config: GivenConfig, field: tuple[str, GivenArgument]) -> bool:
    """Whether an argument says what the config says already: `max_seq_length=args.max_seq_length` beside `args=args`."""
    value = field[1].value
    if config.expression is None or not isinstance(value, ast.Attribute):
        return False
    is_of_config = ast.unparse(value.value) == ast.unparse(config.expression)
    return is_of_config and field[0] in (value.attr, *TRL_NAMES.get(value.attr, ()))


def _removed(moving: MovingArguments, but: int = 0) -> Iterator[Edit]:
    for _, argument in moving.fields[but:]:
        yield Edit(argument.node, remove, "RL206", moving.why(), group=moving.call)


def _made_anew(script: Script, moving: MovingArguments) -> Iterator[Edit]:
    """A trainer without arguments is given a config."""
    name, needs = spelled(script, moving)
    values = ", ".join(f"{field}={as_written(script, argument)}" for field, argument in moving.fields)
    change = replace_argument(f"args={name}({OLD_OUTPUT}, {values})")
    yield Edit(moving.fields[0][1].node, change, "RL206", moving.why(), needs, group=moving.call)
    yield from _removed(moving, but=1)


def _can_take(case: Case, moving: MovingArguments, made: ast.Call) -> bool:
    """Whether the call that makes a config can be given more: it makes this config, or plain TrainingArguments, all in sight."""
    if hides_arguments(case.script, made) or any(keyword.arg is None for keyword in made.keywords):
        return False
    name = library_class(case.script, made, case.settings, ARGUMENTS)
    is_plain = all(isinstance(value, str) for value in called_classes(case.script, made))
    return name == moving.config or (name == ARGUMENTS and is_plain and is_there(case.settings, moving.config))


def _put_into(case: Case, moving: MovingArguments, config: GivenConfig, made: ast.Call, told: Fields) -> Iterator[Edit]:
    """The call that makes the config takes the arguments; a value that is not known there yet is set before the trainer."""
    script = case.script
    is_plain = library_class(script, made, case.settings, ARGUMENTS) != moving.config
    given = {argument.name for argument in arguments_given(script, made)}
    given |= {trl_name(case.settings, moving.config, name) for name in given}
    late = [pair for pair in told if pair[0] in given or not is_known_at(script, pair[1].value, made, moving.call)]
    if late and not (isinstance(config.expression, (ast.Name, ast.Attribute)) and _can_precede(script, moving.call)):
        late = []
    added = [Argument(field, as_written(script, argument)) for field, argument in told if (field, argument) not in late]
    name, needs = spelled(script, moving) if is_plain else ("", ())
    if is_plain:
        added += _kept_defaults(case, moving.config, given | {field for field, _ in moving.fields})
    if added or is_plain:
        why = f"{moving.why()}{', with the defaults that TrainingArguments had' if is_plain else ''}"
        change = on_lines_if_long(recast_call(name, {}, added), made.col_offset)
        yield Edit(made, change, "RL206", why, needs, group=moving.call, last=True)
    if is_plain:
        yield from _unused_import(script, moving, made)
    if late:
        yield from _set_before(script, moving, config, tuple(late))


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
        old, new = default_of(case.settings, ARGUMENTS, name), default_of(case.settings, config, name)
        if name not in given and old is not None and new is not None and old != new and not (name == "bf16" and "fp16" in given):
            yield Argument(name, WITHOUT_OLD_DEFAULT.get(name, old))


def _set_before(script: Script, moving: MovingArguments, config: GivenConfig, fields: Fields) -> Iterator[Edit]:
    """The config is told by its attributes, right before the trainer is made."""
    assert config.expression is not None
    statement = script.statement(moving.call)
    target = ast.unparse(config.expression)
    lines = [f"{target}.{field} = {as_written(script, argument)}" for field, argument in fields]
    change = precede_with(script.place_in_line(statement), *lines)
    yield Edit(statement, change, "RL206", moving.why(), group=moving.call, last=True)


def _can_precede(script: Script, call: ast.Call) -> bool:
    """Whether a statement before the call's own would see the same names."""
    statement = script.statement(call)
    return not hasattr(statement, "body") and script.scope(call) is script.scope(statement)


def spelled(script: Script, moving: MovingArguments) -> tuple[str, tuple[NeededImport, ...]]:
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
