"""What takes rows from a Trainer, and would get batches of stock Ray: classes that change them, code that asks for a dataset back."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from raylift.frameworks.hf_trainer.constructors import called_classes, lineage
from raylift.frameworks.hf_trainer.trainer_classes import is_trainer_itself, root_module
from raylift.frameworks.hf_trainer.trainings import is_trainer
from raylift.plan import Refusal
from raylift.ray_data.handed_over import HandedOver
from raylift.script import Script, Value
from raylift.script.scopes import FUNCTIONS
from raylift.script.syntax import call_name

LOADING = frozenset({
    "_get_dataloader", "_get_eval_sampler", "_get_train_sampler", "get_eval_dataloader", "get_train_dataloader",
})  # fmt: skip
"""Methods by which a Trainer makes batches of its rows."""
ROWS_OF = LOADING | {"eval_dataset", "train_dataset"}
TRANSFORMS = frozenset({"set_transform", "with_transform"})
REMEDY = "lift with `--runtime raylift`, whose shards are rows"


def refuse_other_rows(data: HandedOver) -> None:
    """Raise where what a worker would read of the rows is not what Arrow has of them, which is all that stock Ray hands over."""
    for use in data.uses:
        if use.wrapper and not use.is_loader:
            text = f"`{ast.unparse(use.wrapper.func)}` wraps rows for a Trainer, and stock Ray hands batches over"
            raise Refusal(use.wrapper.lineno, "RL345", text, REMEDY)
    for node in (part for each in data.parts for leaf in each.taken for part in ast.walk(leaf.node)):
        if isinstance(node, ast.Call) and call_name(node) in TRANSFORMS:
            text = f"stock Ray hands over the stored columns, without what `{call_name(node)}` makes of them where they are read"
            raise Refusal(node.lineno, "RL345", text, "map the rows instead, or lift with `--runtime raylift`")


def refuse_row_takers(script: Script, calls: Iterable[ast.Call]) -> None:
    """Raise where something asks a Trainer for the rows that it was given, or makes batches of them in its own way."""
    for call in calls:
        for value in lineage(called_classes(script, call)):
            _refuse_class(script, call, value)
    for node in script.all(ast.Attribute):
        if node.attr in ROWS_OF and (is_trainer_itself(script, node.value) or is_trainer(script, node.value)):
            text = f"stock Ray's batches are all that this Trainer has as its data, of which `{ast.unparse(node)}` wants more"
            raise Refusal(node.lineno, "RL345", text, REMEDY)


def _refuse_class(script: Script, call: ast.Call, value: Value) -> None:
    if isinstance(value, str):
        if root_module(value) != "transformers":
            text = f"`{value.rpartition('.')[2]}` is no Trainer of transformers' own: it prepares rows, and stock Ray hands over batches"
            raise Refusal(call.lineno, "RL345", text, REMEDY)
        return
    for method in value.node.body if isinstance(value.node, ast.ClassDef) else ():
        if isinstance(method, FUNCTIONS) and method.name in LOADING:
            text = f"`{method.name}` makes batches in the script's own way, which stock Ray's `prepare_trainer` goes past"
            raise Refusal(method.lineno if value.script is script else call.lineno, "RL345", text, REMEDY)
