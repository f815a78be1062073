"""Which classes are a Hugging Face `Trainer`, wherever they come from, and which expressions hold an instance."""

from __future__ import annotations

import ast
import re

from raylift.libraries import TRAINER_PACKAGES
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.functions import returned
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Spread

TRAINER_NAME = re.compile(r"(^|\.)\w*Trainer$")
MODEL_NAME = re.compile(
    r"((^|[._])(self|module|net|bert|gpt\d?|llm|policy|critic|actor)|model|encoder|decoder|network)\w*$", re.IGNORECASE
)
ARGUMENTS_NAME = re.compile(r"(^|_)(training_arg(ument)?s|train_args|targs|args)$")
TELLING_KEYWORDS = frozenset({
    "compute_metrics", "data_collator", "eval_dataset", "processing_class", "tokenizer", "train_dataset",
})  # fmt: skip


def root_module(name: str) -> str:
    """The package that a full name starts with; empty for a relative one."""
    return name.partition(".")[0]


def _is_known(name: str) -> bool:
    return root_module(name) in TRAINER_PACKAGES and bool(TRAINER_NAME.search(name))


def _bases(found: ScriptNode) -> list[Value]:
    bases = found.node.bases if isinstance(found.node, ast.ClassDef) else []
    return [value for base in bases for value in found.script.values(base)]


is_trainer_class = Spread(_is_known, _bases)
"""Whether a value is `transformers.Trainer` or a subclass of it, in this file, beside it or in a known library."""


@remembered
def trainer_subclasses(script: Script) -> list[ast.ClassDef]:
    """The Trainer classes that a script defines."""
    return [node for node in script.all(ast.ClassDef) if is_trainer_class(ScriptNode(script, node))]


@remembered
def trainer_constructions(script: Script) -> list[ast.Call]:
    """The calls that make a Trainer."""
    return [call for call in script.all(ast.Call) if makes_trainer(script, call)]


def makes_trainer(script: Script, call: ast.Call) -> bool:
    """Whether a call is that of a Trainer class."""
    values = script.values(call.func)
    return any(map(is_trainer_class, values)) or any(_looks_like_trainer(script, call, value) for value in values)


def _looks_like_trainer(script: Script, call: ast.Call, value: Value) -> bool:
    """A class of an unknown library, called as only a Hugging Face Trainer is called."""
    names = [value] if isinstance(value, str) else _ancestors(value, 0) if isinstance(value.node, ast.ClassDef) else []
    if not any(TRAINER_NAME.search(name) and root_module(name) not in TRAINER_PACKAGES for name in names):
        return False
    keywords = {keyword.arg for keyword in call.keywords}
    telling, arguments = TELLING_KEYWORDS & keywords, any(ARGUMENTS_NAME.search(ast.unparse(given)) for given in call.args)
    if len(telling) < 2 and not (telling and ("args" in keywords or arguments)):
        return False
    return any(root_module(found.name) == "transformers" for found in script.imports())


def _ancestors(found: ScriptNode, depth: int) -> list[str]:
    """The full names of the classes out of sight that a class of the script derives from."""
    bases = list(_bases(found)) if depth < 8 else []
    names = [base for base in bases if isinstance(base, str)]
    own = [base for base in bases if isinstance(base, ScriptNode) and isinstance(base.node, ast.ClassDef)]
    return [*names, *(name for base in own for name in _ancestors(base, depth + 1))]


def is_trainer(script: Script, expression: ast.expr) -> bool:
    """Whether an expression holds a Trainer, as far as can be seen; a parameter is taken by its name."""
    return any(map(_is_instance, script.values(expression))) or _is_named_trainer(script, expression)


def is_trainer_itself(script: Script, expression: ast.expr) -> bool:
    """Whether an expression is `self` in a Trainer class of the script."""
    if not (isinstance(expression, ast.Name) and expression.id == "self"):
        return False
    holder = script.class_of(expression)
    return holder is not None and is_trainer_class(ScriptNode(script, holder))


def _is_named_trainer(script: Script, expression: ast.expr) -> bool:
    """What comes from out of sight and is called a trainer: a parameter, an attribute set elsewhere, an unpacked result."""
    if not isinstance(expression, (ast.Name, ast.Attribute)):
        return False
    name = expression.attr if isinstance(expression, ast.Attribute) else expression.id
    if not name.lower().rstrip("_").endswith("trainer"):
        return False
    values = list(script.values(expression))
    return any(map(_is_out_of_sight, values)) if values else isinstance(expression, ast.Attribute)


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
