"""The `datasets`, `dataset_config` and `preprocessor` of Ray's removed trainers.

preprocessor=BatchMapper(tokenize, batch_format="pandas")    datasets mapped before the trainer is made
dataset_config={"train": DatasetConfig(split=True)}          dataset_config=DataConfig(datasets_to_split=["train"])
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.calls import HOLE, Argument
from raylift.edits.statements import remove_statement
from raylift.frameworks.ray_legacy.legacy_names import CHAINS, MAPPERS
from raylift.frameworks.ray_legacy.trainer_calls import LegacyCall, is_none, only_node
from raylift.plan import Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Script
from raylift.script.expressions import written

DatasetChanges = dict[int | str, Argument | None]
SPLIT = 'DataConfig(datasets_to_split=["train"])'
EVALUATION_KEY = "evaluation"


def keys_of(script: Script, call: LegacyCall) -> list[str] | None:
    """The names of the datasets, where they are in sight."""
    datasets = call.given.get("datasets")
    if datasets is None or is_none(datasets):
        return []
    found = only_node(script, datasets)
    if found is None or not isinstance(found.node, ast.Dict):
        return None
    if isinstance(datasets, ast.Name) and _is_filled_later(script, datasets.id):
        return None
    keys = [key.value for key in found.node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return keys if len(keys) == len(found.node.keys) else None


def _is_filled_later(script: Script, name: str) -> bool:
    stores = (node for node in script.all(ast.Subscript) if isinstance(node.ctx, ast.Store))
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in stores)


def shard_names(script: Script, call: LegacyCall) -> tuple[str | None, str | None, tuple[Notice, ...]]:
    """Which datasets become the Trainer's training and evaluation data; both are asked for where nothing is in sight."""
    keys = keys_of(script, call)
    if keys is None:
        return "train", EVALUATION_KEY, ()
    train = "train" if "train" in keys else None
    if EVALUATION_KEY in keys:
        return train, EVALUATION_KEY, ()
    asked = {str(node.value) for node in script.all(ast.Constant) if isinstance(script.parent(node), ast.Call)}
    others = [key for key in keys if key != "train" and key not in asked]
    if len(others) != 1:
        return train, None, ()
    text = f"TransformersTrainer only knew a dataset named `evaluation`; `{others[0]}` is now what the Trainer evaluates on"
    return train, others[0], (Notice(call.line, "RL134", text, f"drop the dataset `{others[0]}` if it is for something else"),)


def data_config(script: Script, call: LegacyCall, changed: DatasetChanges, added: list[Argument]) -> Iterator[Finding]:
    """Only training data is split by Ray: the Trainer splits its evaluation data among the ranks itself."""
    given = call.given.get("dataset_config")
    if given is None or is_none(given):
        if keys_of(script, call) in ([], ["train"]):
            return
        if given is None:
            added.append(Argument("dataset_config", SPLIT))
        else:
            changed["dataset_config"] = Argument("dataset_config", SPLIT)
        yield NeededImport("ray.train", "DataConfig")
        return
    found = only_node(script, given)
    if found is not None and isinstance(found.node, ast.Dict) and found.script is script:
        yield from _from_dict(script, call, given, found.node, changed)
    elif found is not None and isinstance(found.node, ast.Call) and not found.node.args and not found.node.keywords:
        if isinstance(given, ast.Call):
            changed["dataset_config"] = Argument("dataset_config", SPLIT)
    elif script.names(given):
        raise Refusal(
            call.line, "RL328", "`dataset_config` is not in sight", "pass ray.train.DataConfig(datasets_to_split=[...])"
        )


def _from_dict(script: Script, call: LegacyCall, given: ast.expr, node: ast.Dict, changed: DatasetChanges) -> Iterator[Finding]:
    split = ["train"]
    for key, value in zip(node.keys, node.values, strict=True):
        options = {k.arg: k.value for k in value.keywords} if isinstance(value, ast.Call) else {}
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)) or not isinstance(value, ast.Call):
            text = "`dataset_config` is not written out"
            raise Refusal(node.lineno, "RL328", text, "pass ray.train.DataConfig(datasets_to_split=[...])")
        wanted = options.pop("split", None)
        is_split = isinstance(wanted, ast.Constant) and wanted.value is True
        if key.value == "train" and wanted is not None and not is_split:
            split.remove("train")
        elif is_split and key.value not in ("train", EVALUATION_KEY):
            split.append(key.value)
        lost = [f"`{name}`" for name in options if name not in ("required", "fit")]
        if lost:
            text = f"DatasetConfig is gone, and with it {', '.join(lost)} of dataset `{key.value}`"
            yield Notice(value.lineno, "RL231", text, "shuffle or limit the Dataset itself")
    if node is not given:
        yield from drop_assignment(script, given, node, "dataset_config")
    names = ", ".join(f'"{name}"' for name in split)
    changed["dataset_config"] = Argument("dataset_config", f"DataConfig(datasets_to_split=[{names}])")
    yield NeededImport("ray.train", "DataConfig")


def drop_assignment(script: Script, given: ast.expr, value: ast.AST, what: str) -> Iterator[Edit]:
    """Remove the one assignment of a variable that is used only here."""
    name = given.id if isinstance(given, ast.Name) else ""
    owner = script.scope(given).owner(name)
    uses = [node for node in script.all(ast.Name) if node.id == name and script.scope(node).owner(name) is owner]
    statement = script.statement(value)
    alone = isinstance(statement, ast.Assign) and len(statement.targets) == 1
    if len(uses) != 2 or not alone:
        text = f"`{ast.unparse(given)}` is used for more than `{what}`"
        raise Refusal(statement.lineno, "RL328", text, f"write the value where `{what}` is given")
    yield Edit(statement, remove_statement(script.place_in_line(statement)), "RL131", f"`{what}` takes another form")


def preprocessed(script: Script, call: LegacyCall, changed: DatasetChanges, added: list[Argument]) -> Iterator[Finding]:
    """Map the datasets before they are given to the trainer: it no longer does that."""
    given = call.given.get("preprocessor")
    if given is None or is_none(given):
        return
    steps, edits = _steps(script, given)
    yield from edits
    maps = "".join(f".map_batches({step})" for step in steps)
    if "datasets" in call.given:
        name, rows = script.free_name("name", "dataset_name"), script.free_name("rows", "dataset_rows")
        parts = f"{name}: {rows}{maps}.materialize()", f"for {name}, {rows} in {HOLE}.items()"
        changed["datasets"] = Argument("datasets", _comprehension(script, call, *parts))
    text = "the preprocessor is no longer stored in checkpoints"
    yield Notice(call.line, "RL136", text, "apply the same function where the model is used")


def _comprehension(script: Script, call: LegacyCall, value: str, loop: str) -> str:
    """A dict comprehension in the layout of the call: on lines of its own where the argument is."""
    keyword = next(keyword for keyword in call.node.keywords if keyword.arg == "datasets")
    before = script.source.splitlines()[keyword.lineno - 1][: keyword.col_offset]
    if before.strip():
        return f"{{{value} {loop}}}"
    margin = " " * (keyword.col_offset - script.statement(call.node).col_offset)
    return f"{{\n{margin}    {value}\n{margin}    {loop}\n{margin}}}"


def _steps(script: Script, given: ast.expr) -> tuple[list[str], list[Edit]]:
    """The arguments of `map_batches`, in order, and the removal of assignments that made the preprocessor."""
    found = only_node(script, given)
    call = found.node if found else None
    if found is None or not isinstance(call, ast.Call) or found.script is not script:
        raise _unseen(given)
    edits = [] if call is given else list(drop_assignment(script, given, call, "preprocessor"))
    names = script.names(call.func)
    if not names.isdisjoint(CHAINS):
        steps: list[str] = []
        for part in call.args:
            inner, more = _steps(script, part)
            steps += inner
            edits += more
        return steps, edits
    if names.isdisjoint(MAPPERS):
        raise _unseen(given)
    return [", ".join(_map_arguments(script, call))], edits


def _map_arguments(script: Script, call: ast.Call) -> Iterator[str]:
    for arg in call.args[:1]:
        yield written(script, arg)
    for place, arg in enumerate(call.args[1:]):
        yield f"{('batch_format', 'batch_size')[place]}={written(script, arg)}"
    for keyword in call.keywords:
        if keyword.arg in ("batch_format", "batch_size"):
            yield f"{keyword.arg}={written(script, keyword.value)}"
        elif keyword.arg == "fn":
            yield written(script, keyword.value)


def _unseen(given: ast.expr) -> Refusal:
    text = f"what the preprocessor `{ast.unparse(given)}` does is not in sight"
    remedy = "apply it to the datasets before the trainer is made: preprocessor.fit_transform(dataset)"
    return Refusal(given.lineno, "RL328", text, remedy)
