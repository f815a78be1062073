"""Which classes are a Hugging Face `Trainer`, wherever they come from, and which expressions hold an instance."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.scopes import FUNCTIONS
from raylift.script import Found, Script, Value, remembered

TRAINER_PACKAGES = frozenset({
    "adapters", "optimum", "sentence_transformers", "span_marker", "transformers", "trl", "unsloth",
})  # fmt: skip
TRAINER_NAME = re.compile(r"(^|\.)\w*Trainer$")
TELLING_KEYWORDS = frozenset({
    "compute_metrics", "data_collator", "eval_dataset", "processing_class", "tokenizer", "train_dataset",
})  # fmt: skip


def root(name: str) -> str:
    """The package that a full name starts with; empty for a relative one."""
    return name.partition(".")[0]


def is_trainer_class(value: Value, depth: int = 0) -> bool:
    """Whether a value is `transformers.Trainer` or a subclass of it, in this file, beside it or in a known library."""
    if isinstance(value, str):
        return root(value) in TRAINER_PACKAGES and bool(TRAINER_NAME.search(value))
    if isinstance(value.node, ast.ClassDef) and depth < 8:
        return any(is_trainer_class(base, depth + 1) for base in _bases(value))
    return False


def _bases(found: Found) -> Iterator[Value]:
    assert isinstance(found.node, ast.ClassDef)
    for base in found.node.bases:
        yield from found.script.values(base)


@remembered
def constructions(script: Script) -> list[ast.Call]:
    """The calls that make a Trainer."""
    return [call for call in script.all(ast.Call) if makes_trainer(script, call)]


def makes_trainer(script: Script, call: ast.Call) -> bool:
    """Whether a call is that of a Trainer class."""
    values = list(script.values(call.func))
    return any(map(is_trainer_class, values)) or any(_looks_like_trainer(script, call, value) for value in values)


def _looks_like_trainer(script: Script, call: ast.Call, value: Value) -> bool:
    """A class of an unknown library, called as only a Hugging Face Trainer is called."""
    if not isinstance(value, str) or not TRAINER_NAME.search(value) or root(value) in TRAINER_PACKAGES:
        return False
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if not TELLING_KEYWORDS & keywords.keys() or "args" not in keywords:
        return False
    return any(root(found.name) == "transformers" for found in script.imports())


def is_trainer(script: Script, expression: ast.expr) -> bool:
    """Whether an expression holds a Trainer, as far as can be seen; a parameter is taken by its name."""
    return any(_is_instance(value, 0) for value in script.values(expression)) or _is_named_trainer(script, expression)


def is_trainer_itself(script: Script, expression: ast.expr) -> bool:
    """Whether an expression is `self` in a Trainer class of the script."""
    if not (isinstance(expression, ast.Name) and expression.id == "self"):
        return False
    holder = script.class_of(expression)
    return holder is not None and is_trainer_class(Found(script, holder))


def _is_named_trainer(script: Script, expression: ast.expr) -> bool:
    """A parameter, or an attribute set elsewhere, that is called a trainer where transformers is used."""
    if isinstance(expression, ast.Attribute):
        name, unknown = expression.attr, not list(script.values(expression))
    elif isinstance(expression, ast.Name):
        name = expression.id
        unknown = any(isinstance(v, Found) and isinstance(v.node, ast.arg) for v in script.values(expression))
    else:
        return False
    return unknown and name.lower().rstrip("_").endswith("trainer")


def _is_instance(value: Value, depth: int) -> bool:
    if isinstance(value, str) or depth > 6:
        return False
    script, node = value.script, value.node
    if isinstance(node, ast.Call):
        if makes_trainer(script, node):
            return True
        return any(
            _is_instance(result, depth + 1)
            for callee in script.values(node.func)
            if isinstance(callee, Found) and isinstance(callee.node, FUNCTIONS)
            for result in returned(callee)
        )
    return False


def returned(function: Found) -> Iterator[Value]:
    """What a function of the script, or of a neighbour, may return."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                yield from function.script.values(part)


@remembered
def training_calls(script: Script) -> list[tuple[ast.Call, ast.expr]]:
    """The calls `x.train(...)` of a Trainer, with their `x`."""
    return [(call, receiver) for call, receiver in script.method_calls("train") if is_trainer(script, receiver)]
