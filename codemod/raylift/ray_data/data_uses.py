"""Where a script trains on data: the datasets that its Trainers and loaders are given, and the name each travels under."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.accelerate.accelerators import accelerator_constructions, backward_calls
from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.plan import Refusal
from raylift.script import Script, ScriptNode, remembered

LOADERS = ("torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader")
DATASETS = (ast.Attribute, ast.Call, ast.IfExp, ast.Name, ast.Subscript)
"""What a dataset may be written as in a dict of several."""
TRAINER_KEYS = {"train_dataset": "train", "eval_dataset": "validation"}
KEYS = (("train", "train"), ("eval", "validation"), ("val", "validation"), ("dev", "validation"), ("test", "test"))
"""What a name of data says of it, and the name that it travels under."""


@dataclass(frozen=True, slots=True)
class DataUse:
    """One dataset that a Trainer or a loader is given: `given` as the call has it, `dataset` where that is surely some.

    Where the script wraps it in a class of its own, these are the rows that `wrapper`, the call of that class, is given.
    """

    call: ast.Call
    given: ast.expr
    dataset: ast.expr
    name: str
    is_loader: bool
    wrapper: ast.Call | None = None

    @property
    def place(self) -> ast.Call:
        """The call for which the data are made."""
        return self.wrapper or self.call

    @property
    def line(self) -> int:
        return self.given.lineno


@remembered
def data_uses(script: Script) -> list[DataUse]:
    """The datasets of a script's Trainers, else those of its loaders, in the order of the source."""
    found = [*_of_trainers(script)]
    if not found and (accelerator_constructions(script) or backward_calls(script)):
        found = [*_of_loaders(script)]
    named: dict[str, DataUse] = {}
    for use in found:
        if use.name in named and not _is_same(script, use, named[use.name]):
            text = f"the dataset `{use.name}` is given in two places, here and in line {named[use.name].line}"
            raise Refusal(use.line, "RL343", text, "keep one Trainer, or one loader of a kind, in the script and lift that")
        named[use.name] = use
    return found


def _is_same(script: Script, use: DataUse, other: DataUse) -> bool:
    """Whether two uses, as those of two branches, give one dataset."""
    is_alike = ast.dump(use.given) == ast.dump(other.given) and script.function(use.call) is script.function(other.call)
    return is_alike and not use.is_loader


def _of_trainers(script: Script) -> Iterator[DataUse]:
    for call in trainer_constructions(script):
        for keyword in call.keywords:
            if keyword.arg in TRAINER_KEYS and not _is_always_none(script, keyword.value):
                for name, given in _each(script, TRAINER_KEYS[keyword.arg], keyword.value):
                    yield DataUse(call, given, certain(given), name, False)


def _each(script: Script, name: str, given: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """A dataset, or each of a dict of several, with the name that it travels under; raises Refusal where a dict is not in sight."""
    values = (value.node for value in script.values(given) if isinstance(value, ScriptNode) and value.script is script)
    held = next((node for node in values if isinstance(node, (ast.Dict, ast.DictComp))), None)
    if held is None:
        yield name, given
        return
    for key, value in zip(held.keys, held.values, strict=True) if isinstance(held, ast.Dict) else [(None, held.value)]:
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, DATASETS)):
            text = "not all the datasets of this dict are in sight"
            raise Refusal(held.lineno, "RL342", text, 'write it out, as `{"one": first, "two": second}`')
        yield f"{name}_{key.value}", value


def _of_loaders(script: Script) -> Iterator[DataUse]:
    taken: set[str] = set()
    for call in script.calls_to(*LOADERS):
        given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "dataset"), None)
        if given is None or isinstance(given, ast.Starred) or not _is_prepared(script, call):
            continue
        name = travel_name(script, call, given, taken)
        taken.add(name)
        yield DataUse(call, given, certain(given), name, True)


def _is_prepared(script: Script, call: ast.Call) -> bool:
    """Whether an Accelerator splits a loader among the ranks, here or where its function has returned it."""
    statement = script.statement(call)
    if isinstance(statement, ast.Return) or any(h in _preparations(script) for h in script.enclosing(call)):
        return True
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return not names.isdisjoint(_prepared_names(script)) or any(isinstance(t, (ast.Subscript, ast.Attribute)) for t in targets)


@remembered
def _preparations(script: Script) -> list[ast.Call]:
    return [call for method in ("prepare", "prepare_data_loader") for call, _ in script.method_calls(method)]


@remembered
def _prepared_names(script: Script) -> set[str]:
    """The names that are handed to an Accelerator, or returned to where that may be."""
    holders = [*_preparations(script), *script.all(ast.Return)]
    return {node.id for holder in holders for node in ast.walk(holder) if isinstance(node, ast.Name)}


def travel_name(script: Script, call: ast.Call, given: ast.expr, taken: set[str]) -> str:
    """The name that a loader's data travel under: what they, or the loader, are called."""
    statement = script.statement(call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    own = [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    words = [str(node.value) for node in ast.walk(given) if isinstance(node, ast.Constant)]
    words += [node.id for node in ast.walk(given) if isinstance(node, ast.Name)]
    for word in (*words, *own):
        for part, key in KEYS:
            if part in word.lower() and key not in taken:
                return key
    plain = [re.sub(r"_?(data_?)?(loader|dl)$", "", name) for name in own]
    name = next((name for name in plain if name and name not in taken), "train")
    return name if name not in taken else f"{name}_{len(taken) + 1}"


def certain(given: ast.expr) -> ast.expr:
    """The dataset of `x if condition else None`."""
    return given.body if isinstance(given, ast.IfExp) and _is_none(given.orelse) else given


def _is_none(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and expression.value is None


def _is_always_none(script: Script, given: ast.expr) -> bool:
    """Whether no dataset is given: `None`, or a name of nothing else."""
    owner = script.scope(given).owner(given.id) if isinstance(given, ast.Name) else None
    bindings = owner.bindings[given.id] if owner is not None and isinstance(given, ast.Name) else [given]
    return all(isinstance(each, ast.expr) and _is_none(each) for each in bindings)


def may_be_none(script: Script, use: DataUse) -> bool:
    """Whether the script trains without a dataset in some runs: `train if args.do_train else None`."""
    if use.given is not use.dataset:
        return True
    owner = script.scope(use.given).owner(use.given.id) if isinstance(use.given, ast.Name) else None
    bindings = owner.bindings[use.given.id] if owner is not None and isinstance(use.given, ast.Name) else []
    parts = [
        part
        for each in bindings
        if isinstance(each, ast.AST)
        for part in ([each.body, each.orelse] if isinstance(each, ast.IfExp) else [each])
    ]
    return any(isinstance(part, ast.Constant) and part.value is None for part in parts)
