"""How a Trainer gets its data on a worker: rows through the bundled runtime, batches with stock Ray.

bundled:  train_dataset = get_dataset_shard("train")
stock:    train_dataset = ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=args.per_device_train_batch_size)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.hf_trainer.arguments_classes import is_arguments_class
from raylift.frameworks.hf_trainer.trainer_classes import makes_trainer
from raylift.frameworks.ray_legacy.modern_forms import ray_train
from raylift.plan import NeededImport, Notice, Refusal
from raylift.script import Script, ScriptNode
from raylift.settings import Settings

BATCH_SIZES = ("per_device_train_batch_size", "per_device_eval_batch_size")
DEFAULT_BATCH_SIZE = "8"


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of one trainer: the datasets' names, how to ask for one, and the TrainingArguments in sight."""

    script: Script
    names: tuple[str | None, str | None]
    ask: str
    is_stock: bool
    arguments: ast.Call | None
    imports: tuple[NeededImport, ...]
    notices: tuple[Notice, ...]

    def expressions(self, sizes: tuple[str, str]) -> list[str]:
        """The shards as they are written; batches of these sizes with stock Ray."""
        written = [f'{self.ask}("{name}")' if name else "None" for name in self.names]
        if not self.is_stock:
            return written
        return [
            f"{shard}.iter_torch_batches(batch_size={size})" if name else shard
            for shard, size, name in zip(written, sizes, self.names, strict=True)
        ]

    def bound_in(self, node: ast.FunctionDef) -> tuple[list[str], list[str]]:
        """The lines that bind the parameters of an init function: those that come first in it, and those before their first use."""
        reads = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        targets = [arg.arg for arg in node.args.args]
        written = self.expressions(self._sizes(node))
        lines = [f"{target} = {shard}" for target, shard in zip(targets, written, strict=True) if target in reads]
        return ([], lines) if self.is_stock else (lines, [])

    def first_use(self, node: ast.FunctionDef) -> ast.stmt | None:
        """The statement of an init function that first reads one of its datasets, where it is a simple one."""
        targets = {arg.arg for arg in node.args.args}
        for statement in node.body:
            if any(isinstance(part, ast.Name) and part.id in targets for part in ast.walk(statement)):
                simple = isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return))
                return statement if simple and self.script.place_in_line(statement) == 0 else None
        return node.body[-1]

    def _sizes(self, node: ast.FunctionDef) -> tuple[str, str]:
        if self.arguments is None:
            return DEFAULT_BATCH_SIZE, DEFAULT_BATCH_SIZE
        statement = self.script.statement(self.arguments)
        bound = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is self.arguments else None
        use = self.first_use(node)
        is_before = use is not None and statement in node.body and statement.lineno < use.lineno
        if isinstance(bound, ast.Name) and is_before:
            return f"{bound.id}.{BATCH_SIZES[0]}", f"{bound.id}.{BATCH_SIZES[1]}"
        return self.literal_sizes()

    def literal_sizes(self) -> tuple[str, str]:
        """The batch sizes as numbers, as far as the TrainingArguments say them."""
        given = {keyword.arg: keyword.value for keyword in self.arguments.keywords} if self.arguments else {}
        values = [given.get(name) for name in BATCH_SIZES]
        train, evaluation = (str(v.value) if isinstance(v, ast.Constant) else DEFAULT_BATCH_SIZE for v in values)
        return train, evaluation


def shards(
    script: Script, settings: Settings, init: ScriptNode | None, names: tuple[str | None, str | None], line: int
) -> Shards:
    """How the datasets of one trainer, which stands in this line, reach its Trainer."""
    module = settings.target.data
    is_stock = not module
    arguments = next(arguments_of(init), None)
    if is_stock:
        ask, needed = f"{ray_train(script)}.get_dataset_shard", NeededImport("ray.train")
    elif script.is_taken("get_dataset_shard"):
        ask, needed = f"{module}.get_dataset_shard", NeededImport(module)
    else:
        ask, needed = "get_dataset_shard", NeededImport(module, "get_dataset_shard")
    _refuse_other_use(script, init, line)
    notices = list(_lost_with_batches(init, arguments, line)) if is_stock and names[0] else []
    is_bound = is_stock and ray_train(script) != "ray.train"
    imports = (needed,) if any(names) and not is_bound else ()
    return Shards(script, names, ask, is_stock, arguments, imports, tuple(notices))


def arguments_of(init: ScriptNode | None) -> Iterator[ast.Call]:
    """The TrainingArguments that an init function makes."""
    for node in ast.walk(init.node) if init else ():
        if init and isinstance(node, ast.Call) and any(map(is_arguments_class, init.script.values(node.func))):
            yield node


def _refuse_other_use(script: Script, init: ScriptNode | None, line: int) -> None:
    """Raise where an init function asks its data for a method of `datasets.IterableDataset`, which is what it used to be given."""
    if init is None or not isinstance(init.node, (ast.FunctionDef, ast.Lambda)):
        return
    targets = {arg.arg for arg in init.node.args.args[-2:]} - {"self"}
    for node in (node for node in ast.walk(init.node) if isinstance(node, ast.Attribute)):
        name = node.value
        if isinstance(name, ast.Name) and name.id in targets and not _is_bound_anew(init.node, name):
            text = f"`{ast.unparse(node)}`: the data is a torch IterableDataset of rows now, without the methods of `datasets`"
            here = node.lineno if init.script is script else line
            raise Refusal(here, "RL330", text, "map or filter the Dataset of Ray before the trainer is made")


def _is_bound_anew(function: ast.AST, name: ast.Name) -> bool:
    """Whether a parameter has been given other data before it is asked."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and node.lineno < name.lineno:
            bound = {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
            read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            if name.id in bound - read:
                return True
    return False


def _lost_with_batches(init: ScriptNode | None, arguments: ast.Call | None, line: int) -> Iterator[Notice]:
    """What a Trainer no longer does once stock Ray makes its batches."""
    given = {keyword.arg for keyword in arguments.keywords} if arguments else set()
    if arguments is not None and "max_steps" not in given:
        text = "stock Ray gives the Trainer batches without a length, so epochs alone no longer say how long to train"
        yield Notice(arguments.lineno, "RL137", text, "set max_steps to rows // (workers * batch size) * epochs")
    calls = [node for node in ast.walk(init.node) if isinstance(node, ast.Call)] if init else []
    made = [call for call in calls if init and makes_trainer(init.script, call)]
    if not made or any(k.arg in ("data_collator", "tokenizer", "processing_class") for call in made for k in call.keywords):
        text = "stock Ray batches the rows itself: the Trainer's collator, and its padding, are not used"
        yield Notice(line, "RL137", text, "pass collate_fn= to iter_torch_batches")
