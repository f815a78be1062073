"""Which classes are a Hugging Face `Trainer`, wherever they come from, and which calls make one."""

from __future__ import annotations

import ast
import re

from raylift.libraries import TRAINER_PACKAGES
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.spread import Spread

TRAINER_NAME = re.compile(r"(^|\.)\w*Trainer$")
ARGUMENTS_NAME = re.compile(r"(^|_)(training_arg(ument)?s|train_args|targs|args)$")
TELLING_KEYWORDS = frozenset({
    "compute_metrics", "data_collator", "eval_dataset", "processing_class", "tokenizer", "train_dataset",
})  # fmt: skip
KEYWORDS = TELLING_KEYWORDS | {
    "args", "callbacks", "column_mapping", "compute_loss_func", "environment_factory", "evaluator", "formatting_func", "loss", "metric",
    "metric_kwargs", "model", "model_init", "optimizer_cls_and_kwargs", "optimizers", "peft_config", "preprocess_logits_for_metrics",
    "ref_model", "reward_funcs", "reward_model", "reward_processing_classes", "rollout_func", "teacher_model", "tools", "value_model",
}  # fmt: skip
"""What the Trainers of Hugging Face's libraries take."""


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
    names = [value] if isinstance(value, str) else unseen_ancestors(value, 0) if isinstance(value.node, ast.ClassDef) else []
    if not any(TRAINER_NAME.search(name) and root_module(name) not in TRAINER_PACKAGES for name in names):
        return False
    keywords = {keyword.arg for keyword in call.keywords}
    telling, arguments = TELLING_KEYWORDS & keywords, any(ARGUMENTS_NAME.search(ast.unparse(given)) for given in call.args)
    if len(telling) < 2 and not (telling and ("args" in keywords or arguments)):
        return False
    if takes_other_keywords(call) and not arguments:
        return False
    return any(root_module(found.name) == "transformers" for found in script.imports())


def takes_other_keywords(call: ast.Call) -> bool:
    """Whether a call gives what no Trainer of Hugging Face's takes; a subclass may take more, beside its `args`."""
    keywords = {keyword.arg for keyword in call.keywords}
    return "args" not in keywords and not keywords <= KEYWORDS | {None}


def unseen_ancestors(found: ScriptNode, depth: int) -> list[str]:
    """The full names of the classes out of sight that a class of the script derives from."""
    bases = list(_bases(found)) if depth < 8 else []
    names = [base for base in bases if isinstance(base, str)]
    own = [base for base in bases if isinstance(base, ScriptNode) and isinstance(base.node, ast.ClassDef)]
    return [*names, *(name for base in own for name in unseen_ancestors(base, depth + 1))]


def is_trainer_itself(script: Script, expression: ast.expr) -> bool:
    """Whether an expression is `self` in a Trainer class of the script."""
    if not (isinstance(expression, ast.Name) and expression.id == "self"):
        return False
    holder = script.class_of(expression)
    return holder is not None and is_trainer_class(ScriptNode(script, holder))
