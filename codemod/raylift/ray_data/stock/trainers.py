"""Trainers of stock Ray, in its guide's words: they are given batches of a shard, and the steps that those come to.

trainer = Trainer(model, args, train_dataset=rows)    train_batches = ray.train.get_dataset_shard("train").iter_torch_batches(...)
                                                      set_max_steps(args, DATASET_ROWS["train"])
                                                      trainer = Trainer(model, args, train_dataset=train_batches)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.edits.hoisting import hoist_argument
from raylift.edits.statements import precede_with
from raylift.frameworks.hf_trainer.connect import name_of_trainer
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal
from raylift.ray_data.data_uses import DataUse, may_be_none
from raylift.ray_data.handed_over import HandedOver
from raylift.ray_data.stock.arguments import PLACE, StockArguments, stock_arguments, told_of_arguments
from raylift.ray_data.stock.lengths import ROWS
from raylift.ray_data.stock.loaders import BUFFER
from raylift.ray_data.stock.row_formats import rows_function, rows_name
from raylift.ray_data.stock.rows import refuse_row_takers
from raylift.ray_data.trainers import in_its_place
from raylift.script import Script
from raylift.script.expressions import written

COLLATE = '''class {name}(ArrowBatchCollateFn):
    """The collator of a Trainer, with the rows and the columns that the Trainer would have given it."""

    def __init__(self, trainer):
        self.trainer = trainer

    def __call__(self, table):
        trainer = self.trainer()
        return trainer._get_collator_with_removed_columns(trainer.data_collator)({rows}(table))
'''
SET_MAX_STEPS = '''def {name}(args, rows):
    """Set how many steps the epochs of a Trainer have, which cannot count batches that come from Ray Data."""
    batches = rows // args.world_size / args.per_device_train_batch_size
    batches = max(1, math.floor(batches) if args.dataloader_drop_last else math.ceil(batches))
    args.gradient_accumulation_steps = min(args.gradient_accumulation_steps, batches)
    if args.max_steps <= 0:
        args.max_steps = math.ceil(args.num_train_epochs * (batches // args.gradient_accumulation_steps))
'''
WHY_STEPS = "batches that come from Ray Data have no length that a Trainer could count its steps by"


def stock_trainer_edits(case: Case, data: HandedOver) -> Iterator[Finding]:
    """Every Trainer takes batches of its shards, made as the Trainer would have made them of rows."""
    script = case.script
    calls = list(dict.fromkeys(use.call for use in data.uses))
    refuse_row_takers(script, calls)
    for call in calls:
        yield from _trainer(script, call, [use for use in data.uses if use.call is call])
    text = (
        "stock Ray leaves out up to one row less than there are workers in each pass, and shuffles within the share of a worker, in one "
        "order for all epochs; the Trainer accumulates gradients across the end of an epoch, and means `eval_loss` over batches"
    )
    yield Notice(data.uses[0].line, "RL242", text, "lift with `--runtime raylift` where every row counts")
    yield NeededImport("ray.train")
    yield NeededImport("ray.data.collate_fn", "ArrowBatchCollateFn")


def _trainer(script: Script, call: ast.Call, uses: list[DataUse]) -> Iterator[Finding]:
    trainer = name_of_trainer(script, call)
    if trainer is None:
        text = "the Trainer has no name here, by which its batches would find its collator"
        raise Refusal(call.lineno, "RL345", text, "give it one on a line of its own: `trainer = Trainer(...)`")
    arguments, (beside, *_) = stock_arguments(script, call), [_argument_of(use) for use in uses]
    yield from told_of_arguments(arguments)
    is_named = isinstance(arguments.expression, (ast.Name, ast.Attribute))
    name = written(script, arguments.expression) if is_named else script.free_name("training_args", "trainer_args")
    lines: list[str] = []
    for use in uses:
        batches = _batches_name(script, use)
        lines.append(f"{batches} = {_batches(script, use, arguments, name, trainer)}")
        yield in_its_place(use, batches)
    needs = NeededImport("math")
    counted = next((use for use in uses if use.name == "train" and needs_steps(arguments)), None)
    if counted is not None:
        rows = f'{ROWS}.get("train", 0)' if may_be_none(script, counted) else f'{ROWS}["train"]'
        lines.append(f"{steps_name(script)}({name}, {rows})")
    change = precede_with(0, *lines) if is_named else hoist_argument(beside, "args", PLACE, name, *lines)
    yield Edit(script.statement(call), change, "RL164", WHY_STEPS, (needs,) if counted else (), last=True)


def _batches_name(script: Script, use: DataUse) -> str:
    names = {"train": ("train_batches", "batches"), "validation": ("eval_batches", "batches_to_evaluate")}
    word = re.sub(r"\W", "_", use.name)
    return script.free_name(*names.get(use.name, (f"{word}_batches", f"{word}_to_evaluate")))


def _argument_of(use: DataUse) -> str:
    """The argument of the Trainer that a dataset is, or is in; raises Refusal where a dict of several is made elsewhere."""
    for keyword in use.call.keywords:
        if keyword.arg and any(part is use.given for part in ast.walk(keyword.value)):
            return keyword.arg
    text = "the datasets to evaluate are put in a dict here, away from the Trainer whose settings their batches need"
    raise Refusal(use.line, "RL345", text, "write the dict where the Trainer is given it, or lift with `--runtime raylift`")


def needs_steps(arguments: StockArguments) -> bool:
    """Whether the steps of a Trainer are to be counted: not where the script itself says how many there are."""
    value = arguments.value("max_steps")
    is_said = isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value > 0
    return not (is_said and arguments.is_surely("gradient_accumulation_steps", 1))


def _batches(script: Script, use: DataUse, arguments: StockArguments, name: str, trainer: str) -> str:
    """The batches of a shard, with the settings of the Trainer that takes them."""
    kind = "train" if use.name == "train" else "eval"
    parts = [f"batch_size={name}.per_device_{kind}_batch_size", f"collate_fn={collate_name(script)}(lambda: {trainer})"]
    if not arguments.is_surely("dataloader_drop_last", False):
        parts.append(f"drop_last={name}.dataloader_drop_last")
    sampling = arguments.value("train_sampling_strategy")
    if kind == "train" and not (isinstance(sampling, ast.Constant) and sampling.value == "sequential"):
        seed = "seed" if arguments.value("data_seed") is None else "data_seed"
        parts += [f"local_shuffle_buffer_size={BUFFER}", f"local_shuffle_seed={name}.{seed}"]
    lines = "".join(f"    {part},\n" for part in parts)
    code = f'ray.train.get_dataset_shard("{use.name}").iter_torch_batches(\n{lines})'
    if isinstance(use.given, ast.IfExp) and use.given is not use.dataset:
        return f"{code} if {written(script, use.given.test)} else None"
    return f'{code} if "{use.name}" in {ROWS} else None' if may_be_none(script, use) else code


def collate_name(script: Script) -> str:
    """What the class is called that gives a Trainer's collator its rows."""
    return script.free_global_name("TrainerCollate", "RayTrainerCollate")


def steps_name(script: Script) -> str:
    """What the function is called that sets the steps of a Trainer."""
    return script.free_global_name("set_max_steps", "set_ray_max_steps")


def trainer_functions(script: Script, data: HandedOver) -> list[str]:
    """What is written out for the Trainers of a script."""
    trains = [use.call for use in data.uses if use.name == "train"]
    is_counted = any(needs_steps(stock_arguments(script, call)) for call in trains)
    steps = [SET_MAX_STEPS.format(name=steps_name(script))] if is_counted else []
    return [*steps, rows_function(script, data), COLLATE.format(name=collate_name(script), rows=rows_name(script))]
