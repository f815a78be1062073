"""Loaders of stock Ray: batches of a shard, made of rows as a DataLoader makes them; no preparation, and no length.

loader = DataLoader(dataset["train"], batch_size=8)    CollatedBatches(ray.train.get_dataset_shard("train"), default_collate, ...)
model, loader = accelerator.prepare(model, loader)     model = accelerator.prepare(model)
len(loader)                                            math.ceil(DATASET_ROWS["train"] / 8)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import replace_by
from raylift.edits.statements import drop_statement, replace_statement
from raylift.frameworks.accelerate.accelerators import visible_accelerator
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.driver.one_process import binds_processes
from raylift.ray_data.handed_over import HandedOver
from raylift.ray_data.loader_names import PREPARING, is_count_of_rows, loader_reads
from raylift.ray_data.loaders import WHY_SHARD, given_to_loader
from raylift.ray_data.stock.lengths import count_of_rows, steps_of_epoch
from raylift.ray_data.stock.row_formats import rows_function, rows_name
from raylift.ray_data.stock.wrappers import collated_rows, wrapper_edits
from raylift.script import Script
from raylift.script.expressions import written, written_test
from raylift.script.syntax import call_name

BUFFER = "10_000"
BATCHES = '''class {name}{base}:
    """Batches of a shard, as torch would load them: a collate function is given rows, which have another order in each epoch."""

    def __init__(self, shard, collate, device, **options):
        self.shard, self.collate, self.device, self.options = shard, collate, device, options
        self.seed = initial_seed(){state}

    def __iter__(self):
        self.seed += 1
        tables = self.shard.iter_batches(batch_format="pyarrow", local_shuffle_seed=self.seed % 2**32, **self.options)
{batches}'''
YIELD = "yield send_to_device(self.collate({rows}(table)), self.device)"
EACH = f"""\
        for table in tables:
            {YIELD}
"""
WITH_LAST = f"""\
        tables = iter(tables)
        following = next(tables, None)
        self.begin()
        while following is not None:
            table, following = following, next(tables, None)
            self.end_of_dataloader = following is None
            {YIELD}
        self.end()
"""


def stock_loader_edits(case: Case, data: HandedOver) -> Iterator[Finding]:
    """Every loader becomes batches of a shard, and what it was asked for is said otherwise."""
    script = case.script
    reads = {use: loader_reads(script, use) for use in data.uses}
    for use in data.uses:
        yield from _loader(script, use)
        for node in reads[use]:
            is_of_rows = is_count_of_rows(script, node)
            holder = script.parent(node) or node
            holder = (script.parent(holder) or holder) if is_of_rows else holder
            if call_name(holder) == "len":
                length = count_of_rows(script, use, node) if is_of_rows else steps_of_epoch(case, use, node)
                why = "the length follows from the rows that were handed over"
                yield Edit(holder, replace_by(length), "RL162", why, (NeededImport("math"),) if "math." in length else ())
    prepared = [node for nodes in reads.values() for node in nodes if call_name(script.parent(node) or node) in PREPARING]
    yield from _unprepared(script, prepared)
    yield from wrapper_edits(script, data.uses)
    text = (
        "stock Ray leaves out up to one row less than there are workers in each pass, and shuffles within the share of a worker"
    )
    yield Notice(data.uses[0].call.lineno, "RL242", text, "lift with `--runtime raylift` where every row counts")
    yield NeededImport("ray.train")
    yield NeededImport("torch", "initial_seed")
    yield NeededImport("accelerate.utils", "send_to_device")
    if accumulates(script):
        yield NeededImport("accelerate.data_loader", "DataLoaderStateMixin")
        yield NeededImport("accelerate.state", "GradientState")


def _loader(script: Script, use: DataUse) -> Iterator[Finding]:
    given = given_to_loader(use)
    accelerator = visible_accelerator(script, use.call) or _given_accelerator(script, use.call)
    if accelerator is None:
        raise Refusal(
            use.call.lineno, "RL345", "no Accelerator is in sight here to say where batches go", "make the loader beside it"
        )
    collate = _written(script, given.get("collate_fn"), "None")
    if collate == "None":
        collate = "default_collate"
        yield NeededImport("torch.utils.data", "default_collate")
    collate = collated_rows(script, use, collate) if use.wrapper else collate
    shard = f'ray.train.get_dataset_shard("{use.name}")'
    arguments = [shard, collate, f"{accelerator}.device", f"batch_size={_written(script, given.get('batch_size'), '1')}"]
    if _written(script, given.get("drop_last"), "False") != "False":
        arguments.append(f"drop_last={_written(script, given['drop_last'], '')}")
    shuffle = written_test(script, given["shuffle"]) if "shuffle" in given else "False"
    if shuffle not in ("False", "None"):
        arguments.append(f"local_shuffle_buffer_size={BUFFER if shuffle == 'True' else f'{BUFFER} if {shuffle} else None'}")
    lines = "".join(f"    {argument},\n" for argument in arguments)
    yield Edit(use.call, replace_by(f"{batches_name(script)}(\n{lines})"), "RL161", WHY_SHARD)


def _given_accelerator(script: Script, place: ast.AST) -> str | None:
    """The parameter that a function is given an Accelerator for, and need not have read so far."""
    owner = script.scope(place)
    found = (name for name in owner.bindings if binds_processes(script, (owner, name)))
    return next(found, None)


def loader_functions(script: Script, data: HandedOver) -> list[str]:
    """What is written out for the loaders of a script."""
    name, rows = batches_name(script), rows_name(script)
    base, state, batches = "", "", EACH
    if accumulates(script):
        base, state, batches = "(DataLoaderStateMixin)", "\n        self.gradient_state = GradientState()", WITH_LAST
    return [rows_function(script, data), BATCHES.format(name=name, base=base, state=state, batches=batches.format(rows=rows))]


def accumulates(script: Script) -> bool:
    """Whether Accelerate accumulates gradients here, and so must be told of the last batch of an epoch."""
    calls = script.all(ast.Call)
    return any(
        call_name(call) == "accumulate"
        or any((keyword.arg or "").startswith("gradient_accumulation_") for keyword in call.keywords)
        for call in calls
    )


def batches_name(script: Script) -> str:
    """What the class is called that makes batches of rows."""
    return script.free_global_name("CollatedBatches", "RayCollatedBatches")


def _written(script: Script, value: ast.expr | None, default: str) -> str:
    return default if value is None else written(script, value)


def _unprepared(script: Script, prepared: list[ast.Name]) -> Iterator[Finding]:
    """The loaders leave `prepare`: Ray has split their rows already."""
    by_statement: dict[ast.stmt, list[ast.Name]] = {}
    for node in prepared:
        by_statement.setdefault(script.statement(node), []).append(node)
    for statement, names in by_statement.items():
        code = _without(script, statement, names)
        place = script.place_in_line(statement)
        change = replace_statement(place, code) if code else drop_statement(place)
        yield Edit(statement, change, "RL163", "Ray has split the rows already, so no loader is prepared")


def _without(script: Script, statement: ast.stmt, names: list[ast.Name]) -> str:
    call = statement.value if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if isinstance(statement, ast.Assign) and isinstance(call, ast.Call) and not call.keywords:
        target = statement.targets[0]
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        is_plain = len(targets) == len(call.args) and not any(isinstance(e, ast.Starred) for e in (*targets, *call.args))
        if is_plain and all(name in call.args for name in names):
            kept = [(ast.unparse(t), written(script, a)) for t, a in zip(targets, call.args, strict=True) if a not in names]
            bound, given = ", ".join(t for t, _ in kept), ", ".join(a for _, a in kept)
            return f"{bound} = {ast.unparse(call.func)}({given})" if kept else ""
    text = "what is prepared here cannot be told from the loader that Ray Data takes the place of"
    raise Refusal(statement.lineno, "RL345", text, "write `a, b = accelerator.prepare(a, b)`, with as many names on both sides")
