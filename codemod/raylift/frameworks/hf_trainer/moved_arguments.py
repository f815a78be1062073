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

from raylift.frameworks.hf_trainer.argument_changes import trl_argument, trl_name
from raylift.frameworks.hf_trainer.config_changes import (
    Fields,
    MovingArguments,
    config_converted,
    config_given_more,
    config_made_anew,
    config_set_before,
    without_moved,
)
from raylift.frameworks.hf_trainer.configs import GivenConfig, can_be_converted, can_be_set, given_config, is_known_at
from raylift.frameworks.hf_trainer.constructors import base_constructions, called_classes, takes
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, arguments_given, hides_arguments
from raylift.frameworks.hf_trainer.gone_arguments import TRL_NAMES
from raylift.frameworks.hf_trainer.library_classes import ARGUMENT_CLASSES, gone_with, is_gone, library_class
from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.plan import Case, Finding, Notice
from raylift.releases.arguments import is_there
from raylift.script import Script


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
    text = f"`{argument.name}` belongs into {config.rpartition('.')[2]} since {gone_with(trainer, argument.name)}"
    remedy = "make the trainer's `args` of that class, and give it the argument"
    return Notice(argument.line, "RL206", f"{text}, and {trainer.rpartition('.')[2]} raises TypeError", remedy)


def _moved(case: Case, moving: MovingArguments, config: GivenConfig, *, is_alone: bool) -> Iterator[Finding]:
    """Let the config take what moves, by the first way that the script allows; else say what its author must do."""
    script, made = case.script, config.made
    if config.expression is None and not hides_arguments(script, moving.call):
        yield from config_made_anew(script, moving)
        return
    new = tuple(pair for pair in moving.fields if not _is_read_from(config, pair))
    can_set = isinstance(config.expression, (ast.Name, ast.Attribute)) and _can_precede(script, moving.call)
    late = _late(case, moving, made, new) if made is not None else ()
    if made is not None and is_alone and _can_take(case, moving, made) and (can_set or not late):
        yield from config_given_more(case, moving, made, tuple(pair for pair in new if pair not in late))
        yield from config_set_before(script, moving, config, late)
    elif can_be_set(script, config.expression) and (can_set or not new):
        yield from config_set_before(script, moving, config, new)
    elif can_be_converted(script, config.expression, case.settings) and is_there(case.settings, moving.config):
        yield from config_converted(script, moving, config, new)
    else:
        trainer = library_class(script, moving.call, case.settings, "")
        yield from (_told(argument, trainer, moving.config) for _, argument in moving.fields)
        return
    yield from without_moved(moving)


def _late(case: Case, moving: MovingArguments, made: ast.Call, fields: Fields) -> Fields:
    """What the call that makes the config cannot be given: it is given another value, or this one is not known there yet."""
    given = {argument.name for argument in arguments_given(case.script, made)}
    given |= {trl_name(case.settings, moving.config, name) for name in given}
    return tuple(pair for pair in fields if pair[0] in given or not is_known_at(case.script, pair[1].value, made, moving.call))


def _is_read_from(config: GivenConfig, field: tuple[str, GivenArgument]) -> bool:
    """Whether an argument says what the config says already: `max_seq_length=args.max_seq_length` beside `args=args`."""
    value = field[1].value
    if config.expression is None or not isinstance(value, ast.Attribute):
        return False
    is_of_config = ast.unparse(value.value) == ast.unparse(config.expression)
    return is_of_config and field[0] in (value.attr, *TRL_NAMES.get(value.attr, ()))


def _can_take(case: Case, moving: MovingArguments, made: ast.Call) -> bool:
    """Whether the call that makes a config can be given more: it makes this config, or plain TrainingArguments, all in sight."""
    if hides_arguments(case.script, made) or any(keyword.arg is None for keyword in made.keywords):
        return False
    name = library_class(case.script, made, case.settings, ARGUMENT_CLASSES)
    is_plain = all(isinstance(value, str) for value in called_classes(case.script, made))
    return name == moving.config or (name == ARGUMENT_CLASSES and is_plain and is_there(case.settings, moving.config))


def _can_precede(script: Script, call: ast.Call) -> bool:
    """Whether a statement before the call's own would see the same names."""
    statement = script.statement(call)
    return not hasattr(statement, "body") and script.scope(call) is script.scope(statement)
