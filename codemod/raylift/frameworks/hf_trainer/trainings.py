"""Which expressions hold a Hugging Face Trainer, by what made it, its name or its use, and where one trains."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.hf_trainer.trainer_classes import (
    TRAINER_NAME,
    is_trainer_class,
    makes_trainer,
    root_module,
    takes_other_keywords,
    trainer_constructions,
    unseen_ancestors,
)
from raylift.libraries import MATTERING
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.functions import handed_over, methods_named, returned
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Spread
from raylift.script.syntax import call_name
from raylift.script.uses import is_unseen, uses_of

MODEL_NAME = re.compile(
    r"((^|[._])(self|module|net|bert|gpt\d?|llm|policy|critic|actor)|model|encoder|decoder|network)\w*$", re.IGNORECASE
)
ANYTHING = re.compile(r"\b(Any|object)\b")
OTHER_TRAINERS = frozenset({"keras", "lightning", "lightning_fabric", "pytorch_lightning", "ray", "spacy", "tokenizers"})
"""Packages whose Trainers are no relatives of Hugging Face's."""
TRAIN_KEYWORDS = frozenset({"ignore_keys_for_eval", "resume_from_checkpoint", "trial"})
TRAINER_METHODS = frozenset({
    "create_model_card", "create_optimizer_and_scheduler", "get_train_dataloader", "is_world_process_zero", "log_metrics", "pop_callback",
    "remove_callback", "save_metrics",
})  # fmt: skip
"""Methods of a Trainer that hardly anything else has; `save_model` is one where the script uses these libraries itself."""
LIKELY_METHODS = frozenset({"add_callback", "evaluate", "predict", "push_to_hub", "save_model", "save_state"})
"""Methods of a Trainer that others have, too."""


def is_trainer(script: Script, expression: ast.expr) -> bool:
    """Whether an expression holds a Trainer, as far as can be seen; a parameter is taken by its name."""
    if any(map(_is_instance, script.values(expression))):
        return True
    if annotations := list(_annotations(script, expression)):
        return any(_speaks_of_trainer(script, annotation) for annotation in annotations)
    return _is_named_trainer(script, expression) or is_used_as_trainer(script, expression)


def _annotations(script: Script, expression: ast.expr) -> Iterator[ast.expr]:
    """What a script says a name is, where it is bound or taken."""
    if not isinstance(expression, ast.Name):
        return
    owner = script.scope(expression).owner(expression.id)
    for binding in owner.bindings[expression.id] if owner is not None else ():
        holder = binding if isinstance(binding, ast.arg) else script.parent(binding) if isinstance(binding, ast.AST) else None
        annotation = holder.annotation if isinstance(holder, (ast.arg, ast.AnnAssign)) else None
        if annotation is not None and not ANYTHING.search(ast.unparse(annotation)):
            yield annotation


def _speaks_of_trainer(script: Script, annotation: ast.expr) -> bool:
    """Whether an annotation names a Trainer class, also as text or among others; of one out of sight the name must do."""
    text = annotation.value if isinstance(annotation, ast.Constant) else None
    if isinstance(text, str):
        return bool(TRAINER_NAME.search(text))
    parts = [part for part in ast.walk(annotation) if isinstance(part, (ast.Name, ast.Attribute))]
    return any(is_trainer_class(value) or _is_unseen_trainer(value) for part in parts for value in script.values(part))


def _is_unseen_trainer(value: Value) -> bool:
    names = [value] if isinstance(value, str) else unseen_ancestors(value, 0) if isinstance(value.node, ast.ClassDef) else []
    return any(TRAINER_NAME.search(name) and root_module(name) not in OTHER_TRAINERS for name in names)


def is_used_as_trainer(script: Script, expression: ast.expr) -> bool:
    """Whether something that comes from out of sight is asked what only a Hugging Face Trainer answers."""
    uses = uses_of(script, expression)
    values = list(script.values(expression)) if "train" in uses else []
    if not any(map(is_unseen, values)):
        return False
    calls = [call for node in uses["train"] if isinstance(call := script.parent(node), ast.Call) and call.func is node]
    if not calls or any(call.args or any(methods_named(script, call.func)) for call in calls):
        return False
    keywords = {keyword.arg for call in calls for keyword in call.keywords}
    if not keywords <= TRAIN_KEYWORDS:
        return False
    if "resume_from_checkpoint" in keywords and not any(isinstance(value, str) for value in values):  # a module may train, too
        return True
    is_saved = "save_model" in uses and uses_hugging_face(script) and not MODEL_NAME.search(ast.unparse(expression))
    return is_saved or not TRAINER_METHODS.isdisjoint(uses)


@remembered
def uses_hugging_face(script: Script) -> bool:
    """Whether a script imports a library whose Trainers it may be given."""
    return any(root_module(found.name) in MATTERING - {"ray"} for found in script.imports())


def _is_named_trainer(script: Script, expression: ast.expr) -> bool:
    """What comes from out of sight and is called a trainer: a parameter, an attribute set elsewhere, an unpacked result."""
    if not isinstance(expression, (ast.Name, ast.Attribute)):
        return False
    name = expression.attr if isinstance(expression, ast.Attribute) else expression.id
    if not name.lower().rstrip("_").endswith("trainer"):
        return False
    values = list(script.values(expression))
    return any(map(_may_be_trainer, values)) if values else isinstance(expression, ast.Attribute)


def _may_be_trainer(value: Value) -> bool:
    """Whether a value is out of sight, and no call in sight gives something else for it."""
    return _is_out_of_sight(value) and not _is_surely_none(value)


def _is_surely_none(value: Value) -> bool:
    """Whether a value, or all that is given for a parameter, is no Trainer."""
    given: list[Value] = [value]
    if isinstance(value, ScriptNode) and isinstance(value.node, ast.arg):
        given = list(handed_over(value.script, value.node))
    return bool(given) and all(map(_is_something_else, given))


def _is_something_else(value: Value) -> bool:
    """Whether a value is made by a class that is surely no Trainer of Hugging Face's: in sight, or called as none of those is."""
    if isinstance(value, str) or not isinstance(value.node, ast.Call) or makes_trainer(value.script, value.node):
        return False
    callees = list(value.script.values(value.node.func))
    if any(isinstance(callee, str) and TRAINER_NAME.search(callee) for callee in callees):
        return takes_other_keywords(value.node)
    classes = [callee for callee in callees if isinstance(callee, ScriptNode) and isinstance(callee.node, ast.ClassDef)]
    return bool(classes) and not any(unseen_ancestors(holder, 0) for holder in classes)


def _is_out_of_sight(value: Value) -> bool:
    """Whether nothing tells what a value is: a parameter, an element, what an unknown function returned."""
    if isinstance(value, str):
        return False
    if isinstance(value.node, ast.Call):
        callees = list(value.script.values(value.node.func))
        return all(
            isinstance(callee, ScriptNode) and isinstance(callee.node, (ast.Call, ast.arg, ast.Attribute)) for callee in callees
        )
    return isinstance(value.node, (ast.arg, ast.Name))


def _origins(value: ScriptNode) -> bool | list[Value]:
    """Whether a value is a Trainer, or what the function that made it may return."""
    script, node = value.script, value.node
    if not isinstance(node, ast.Call):
        return False
    if makes_trainer(script, node):
        return True
    callees = [
        callee for callee in script.values(node.func) if isinstance(callee, ScriptNode) and isinstance(callee.node, FUNCTIONS)
    ]
    return [result for callee in callees for result in returned(callee)]


_is_instance = Spread(lambda name: False, _origins)


@remembered
def training_calls(script: Script) -> list[tuple[ast.Call, ast.expr]]:
    """The calls `x.train(...)` of a Trainer, with their `x`; where a script makes one, that of whatever is no model."""
    calls = list(script.method_calls("train"))
    known = [(call, receiver) for call, receiver in calls if is_trainer(script, receiver)]
    if known or not trainer_constructions(script):
        return known
    return [(call, receiver) for call, receiver in calls if not MODEL_NAME.search(ast.unparse(receiver))]


@remembered
def training_references(script: Script) -> list[ast.Attribute]:
    """Where `x.train` of a Trainer is handed on, for others to call."""
    named = [node for node in script.all(ast.Attribute) if node.attr == "train" and isinstance(node.ctx, ast.Load)]
    handed_on = [node for node in named if not (isinstance(call := script.parent(node), ast.Call) and call.func is node)]
    return [node for node in handed_on if is_trainer(script, node.value)]


def training_starts(script: Script) -> list[ast.Call]:
    """The calls `x.train(...)` of a Trainer."""
    return [call for call, _ in training_calls(script)]


def is_made_elsewhere(script: Script, receiver: ast.expr) -> bool:
    """Whether a Trainer is what a function out of sight returned, so that no call in sight made it."""
    values = list(script.values(receiver))
    calls = [value for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call)]
    callees = [callee for value in calls if isinstance(value.node, ast.Call) for callee in value.script.values(value.node.func)]
    return (
        bool(callees)
        and len(calls) == len(values)
        and all(isinstance(callee, str) for callee in callees)
        and not any(map(_is_instance, values))
    )


@remembered
def possible_trainings(script: Script) -> list[tuple[ast.Call, ast.expr]]:
    """The calls `x.train()` of what comes from out of sight and may be a Trainer, where nothing tells whether it is."""
    known = {call for call, _ in training_calls(script)}
    calls = [(call, receiver) for call, receiver in script.method_calls("train") if call not in known]
    return [(call, receiver) for call, receiver in calls if _is_possible(script, call, receiver)]


def _is_possible(script: Script, call: ast.Call, receiver: ast.expr) -> bool:
    values = list(script.values(receiver))
    made = [value.node for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call)]
    names = [ast.unparse(receiver), *(call_name(each) for each in made)]
    is_called_so = any("trainer" in name.lower() for name in names)
    if call.args or not is_called_so or not {keyword.arg for keyword in call.keywords} <= TRAIN_KEYWORDS:
        return False
    if any(True for _ in _annotations(script, receiver)) or any(methods_named(script, call.func)):
        return False
    is_likely = uses_hugging_face(script) or not LIKELY_METHODS.isdisjoint(uses_of(script, receiver))
    return is_likely and any(map(is_unseen, values)) and not any(map(_is_surely_none, values))
