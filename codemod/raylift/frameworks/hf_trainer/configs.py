"""The `TrainingArguments` that a Trainer is given, and where a value must stand to become one of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from raylift.frameworks.hf_trainer.arguments_classes import arguments_constructions, classes_of, holds_arguments, is_trl_config
from raylift.releases.arguments import chosen_release
from raylift.script import Script, ScriptNode
from raylift.script.functions import handed_over
from raylift.settings import Settings


@dataclass(frozen=True, slots=True)
class GivenConfig:
    """What a Trainer is given as its arguments, if anything; `made` is the one call of this script that makes it."""

    expression: ast.expr | None = None
    made: ast.Call | None = None


def given_config(script: Script, call: ast.Call) -> GivenConfig:
    """What a Trainer is given as its arguments, by name or as the second."""
    expression = next((keyword.value for keyword in call.keywords if keyword.arg == "args"), None)
    if expression is None and len(call.args) > 1 and not any(isinstance(arg, ast.Starred) for arg in call.args[:2]):
        expression = call.args[1]
    values = list(script.values(expression)) if expression is not None else []
    if (
        len(values) == 1
        and isinstance(values[0], ScriptNode)
        and isinstance(values[0].node, ast.arg)
        and values[0].script is script
    ):
        values = list(handed_over(script, values[0].node))
    if len(values) == 1 and isinstance(values[0], ScriptNode) and values[0].script is script:
        made = values[0].node
        if isinstance(made, ast.Call) and made in arguments_constructions(script):
            return GivenConfig(expression, made)
    return GivenConfig(expression)


def can_be_set(script: Script, expression: ast.expr | None) -> bool:
    """Whether an expression surely holds a config of TRL, and its attributes can be set where it is given."""
    return isinstance(expression, (ast.Name, ast.Attribute)) and any(map(is_trl_config, script.values(expression)))


def can_be_converted(script: Script, expression: ast.expr | None, settings: Settings) -> bool:
    """Whether an expression holds TrainingArguments that TRL's config can be made of, as TRL makes it itself."""
    if not isinstance(expression, (ast.Name, ast.Attribute)) or chosen_release(settings, "transformers")[0] < 5:
        return False  # up to transformers 4 `to_dict` has names that the config warns of
    of_the_script = any(isinstance(value, ScriptNode) for value in classes_of(script, expression))
    return holds_arguments(script, expression) and not of_the_script


def is_known_at(script: Script, value: ast.expr, place: ast.AST, original: ast.AST) -> bool:
    """Whether a value can be written at an earlier place: each of its names is bound before, and not again until where it stood."""
    start, end = getattr(place, "lineno", 0), getattr(original, "lineno", 0)
    here = script.scope(place)
    for name in (node for node in ast.walk(value) if isinstance(node, ast.Name)):
        owner = script.scope(name).owner(name.id)
        if owner is not here.owner(name.id):
            return False
        if owner is here:
            lines = [_line(binding) for binding in here.bindings[name.id]]
            if min(lines) >= start or any(start <= line <= end for line in lines):
                return False
    return True


def _line(binding: object) -> int:
    return getattr(binding, "lineno", 0) or getattr(getattr(binding, "node", None), "lineno", 0)
