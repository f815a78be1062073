"""What a script says in the `TrainingArguments` of a Trainer, as far as that decides on the batches that stock Ray makes for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.hf_trainer.arguments_classes import is_arguments_class
from raylift.frameworks.hf_trainer.constructors import called_classes, constructor
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, arguments_given, hides_arguments
from raylift.plan import Notice, Refusal
from raylift.script import Script, ScriptNode

PLACE = 1
"""Where a Trainer takes its arguments by position."""
SAMPLING = ("group_by_length", "train_sampling_strategy")
REMEDY = "leave it out, or lift with `--runtime raylift`, whose shards are rows"
GONE_PAST = {
    "auto_find_batch_size": "makes batches smaller until they fit, which Ray has made by then",
    "batch_eval_metrics": "asks Accelerate for the last batch, which is not told of it",
    "group_by_length": "chooses rows by their length, which Ray Data cannot",
}
"""Switches of a Trainer that batches made by Ray go past."""


@dataclass(frozen=True, slots=True)
class StockArguments:
    """The arguments of one Trainer; `is_whole` where they are made in sight, and nothing of them is hidden."""

    script: Script
    expression: ast.expr
    given: tuple[GivenArgument, ...]
    is_whole: bool

    def value(self, name: str) -> ast.expr | None:
        """What the script gives for one of them."""
        return next((each.value for each in self.given if each.name == name), None)

    def is_surely(self, name: str, default: object) -> bool:
        """Whether one of them surely has its default."""
        is_set_later = any(node.attr == name and not isinstance(node.ctx, ast.Load) for node in self.script.all(ast.Attribute))
        value = self.value(name)
        return self.is_whole and not is_set_later and (value is None or _is(value, default))


def stock_arguments(script: Script, call: ast.Call) -> StockArguments:
    """The arguments of a Trainer; raises Refusal where they are not in sight, or ask for what Ray's batches go past."""
    expression = next((keyword.value for keyword in call.keywords if keyword.arg == "args"), None)
    if expression is None and len(call.args) > PLACE and constructor(called_classes(script, call)) is None:
        expression = call.args[PLACE]
    if expression is None or isinstance(expression, ast.Starred):
        text = "the Trainer's arguments are not in sight here, which say how large its batches are"
        raise Refusal(call.lineno, "RL345", text, "give it `args=TrainingArguments(...)`")
    values = list(script.values(expression))
    made = [(value.script, value.node) for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call)]
    made = [(where, node) for where, node in made if any(map(is_arguments_class, where.values(node.func)))]
    given = tuple(argument for where, node in made for argument in arguments_given(where, node))
    is_whole = bool(made) and len(made) == len(values) and not any(hides_arguments(where, node) for where, node in made)
    found = StockArguments(script, expression, given, is_whole)
    _refuse_gone_past(found)
    return found


def _refuse_gone_past(arguments: StockArguments) -> None:
    for each in arguments.given:
        if each.name in GONE_PAST and _is(each.value, True):
            raise Refusal(each.line, "RL345", f"`{each.name}` {GONE_PAST[each.name]}", REMEDY)
        if each.name == "train_sampling_strategy" and _is_one_of(each.value, "group_by_length", "batch_rebalance"):
            raise Refusal(each.line, "RL345", f"`{each.name}` {GONE_PAST['group_by_length']}", REMEDY)
        if each.name == "accelerator_config" and _splits_batches(each.value):
            raise Refusal(
                each.line, "RL345", "`split_batches` splits each batch among the ranks, which Ray Data does not", REMEDY
            )


def told_of_arguments(arguments: StockArguments) -> Iterator[Notice]:
    """What batches of Ray go past where a run asks for it."""
    for each in arguments.given:
        if each.name in GONE_PAST and not isinstance(each.value, ast.Constant):
            yield Notice(each.line, "RL242", f"in a run that sets it, `{each.name}` {GONE_PAST[each.name]}", REMEDY)


def _splits_batches(value: ast.expr) -> bool:
    entries = [
        keyword.value for part in ast.walk(value) for keyword in getattr(part, "keywords", ()) if keyword.arg == "split_batches"
    ]
    for part in ast.walk(value):
        if isinstance(part, ast.Dict):
            entries += [
                held for key, held in zip(part.keys, part.values, strict=True) if key is not None and _is(key, "split_batches")
            ]
    return any(_is(entry, True) for entry in entries)


def _is(value: ast.expr, wanted: object) -> bool:
    return isinstance(value, ast.Constant) and value.value == wanted


def _is_one_of(value: ast.expr, *wanted: object) -> bool:
    return any(_is(value, each) for each in wanted)
