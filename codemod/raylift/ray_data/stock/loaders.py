"""Loaders of stock Ray, in its guide's words: batches of a shard, no preparation, and lengths from the count of rows.

loader = DataLoader(dataset["train"], batch_size=8)    ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=8, ...)
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
from raylift.ray_data.driver.frames import frames_to
from raylift.ray_data.driver.one_process import binds_processes
from raylift.ray_data.handed_over import HandedOver
from raylift.ray_data.loader_names import PREPARING, is_count_of_rows, loader_reads
from raylift.ray_data.loaders import WHY_SHARD, given_to_loader
from raylift.ray_data.stock.seeds import seed_before
from raylift.ray_data.stock.wrappers import collated_rows, count_of_rows, wrapper_edits
from raylift.script import Script
from raylift.script.expressions import written, written_test, written_whole
from raylift.script.syntax import call_name

ROWS = "DATASET_ROWS"
BUFFER = "10_000"
OF_ROWS = '''def {name}(collate, device):
    """A collate function of rows, as one of the columns that Ray Data has."""

    def collate_columns(batch):
        columns = [[value.tolist() if hasattr(value, "tolist") else value for value in column] for column in batch.values()]
        return send_to_device(collate([dict(zip(batch, row)) for row in zip(*columns)]), device)

    return collate_columns
'''


def stock_loader_edits(case: Case, data: HandedOver) -> Iterator[Finding]:
    """Every loader becomes batches of a shard, and what it was asked for is said otherwise."""
    script = case.script
    reads = {use: loader_reads(script, use) for use in data.uses}
    for use in data.uses:
        yield from _loader(script, use, formatted=_is_formatted(data))
        for node in reads[use]:
            is_of_rows = is_count_of_rows(script, node)
            holder = script.parent(node) or node
            holder = (script.parent(holder) or holder) if is_of_rows else holder
            if call_name(holder) == "len":
                length = count_of_rows(script, ROWS, use, node) if is_of_rows else _length(case, use, node)
                why = "the length follows from the rows that were handed over"
                yield Edit(holder, replace_by(length), "RL162", why, (NeededImport("math"),) if "math." in length else ())
    prepared = [node for nodes in reads.values() for node in nodes if call_name(script.parent(node) or node) in PREPARING]
    yield from _unprepared(script, prepared)
    yield from wrapper_edits(script, data.uses, ROWS)
    text = (
        "stock Ray leaves out up to one row less than there are workers in each pass, shuffles within the share of a worker, "
        "by one seed in one order for all epochs, and accumulates gradients across the end of an epoch"
    )
    yield Notice(data.uses[0].call.lineno, "RL242", text, "lift with `--runtime raylift` where every row counts")
    yield NeededImport("ray.train")


def _loader(script: Script, use: DataUse, *, formatted: bool) -> Iterator[Finding]:
    given = given_to_loader(use)
    accelerator = visible_accelerator(script, use.call) or _given_accelerator(script, use.call)
    if accelerator is None:
        raise Refusal(
            use.call.lineno, "RL345", "no Accelerator is in sight here to say where batches go", "make the loader beside it"
        )
    arguments = [f"batch_size={_written(script, given.get('batch_size'), '1')}"]
    collate = _written(script, given.get("collate_fn"), "None")
    if _takes_rows(use, formatted=formatted):
        own = "default_collate" if collate == "None" else collate
        own = collated_rows(script, use, own) if use.wrapper else own
        arguments.append(f"collate_fn={of_rows_name(script)}({own}, {accelerator}.device)")
        yield NeededImport("accelerate.utils", "send_to_device")
        if collate == "None":
            yield NeededImport("torch.utils.data", "default_collate")
    if _written(script, given.get("drop_last"), "False") != "False":
        arguments.append(f"drop_last={_written(script, given['drop_last'], '')}")
    shuffle = written_test(script, given["shuffle"]) if "shuffle" in given else "False"
    if shuffle not in ("False", "None"):
        arguments.append(f"local_shuffle_buffer_size={BUFFER if shuffle == 'True' else f'{BUFFER} if {shuffle} else None'}")
        if (seed := seed_before(script, use.call)) is not None:
            arguments.append(f"local_shuffle_seed={seed}")
    code = f'ray.train.get_dataset_shard("{use.name}").iter_torch_batches(' + ", ".join(arguments) + ")"
    if len(code) > 90:
        lines = "".join(f"    {argument},\n" for argument in arguments)
        code = f'ray.train.get_dataset_shard("{use.name}").iter_torch_batches(\n{lines})'
    yield Edit(use.call, replace_by(code), "RL161", WHY_SHARD)


def _given_accelerator(script: Script, place: ast.AST) -> str | None:
    """The parameter that a function is given an Accelerator for, and need not have read so far."""
    owner = script.scope(place)
    found = (name for name in owner.bindings if binds_processes(script, (owner, name)))
    return next(found, None)


def loader_functions(script: Script, data: HandedOver) -> list[str]:
    """What is written out for the loaders of a script: where one has a collate function, that is given rows."""
    formatted = _is_formatted(data)
    takes_rows = any(_takes_rows(use, formatted=formatted) for use in data.uses)
    return [OF_ROWS.format(name=of_rows_name(script))] if takes_rows else []


def _takes_rows(use: DataUse, *, formatted: bool) -> bool:
    collate = given_to_loader(use).get("collate_fn")
    return (
        use.wrapper is not None
        or not formatted
        or not (collate is None or (isinstance(collate, ast.Constant) and collate.value is None))
    )


def _written(script: Script, value: ast.expr | None, default: str) -> str:
    return default if value is None else written(script, value)


def of_rows_name(script: Script) -> str:
    """What the function is called that gives a collate function its rows."""
    return script.free_global_name("of_rows", "of_ray_rows")


def _is_formatted(data: HandedOver) -> bool:
    """Whether the script has its rows as tensors: as Ray Data gives batches by itself."""
    calls = (part for each in data.parts for leaf in each.taken for part in ast.walk(leaf.node))
    return any(call_name(part) in ("set_format", "with_format") for part in calls)


def _length(case: Case, use: DataUse, node: ast.Name) -> str:
    """The steps of an epoch, on a rank once the loader is prepared, as the script would have counted them."""
    script = case.script
    given = given_to_loader(use)
    rows = count_of_rows(script, ROWS, use, node)
    if _is_prepared_by_then(script, node):
        accelerator = visible_accelerator(script, node)
        if accelerator is None:
            raise Refusal(node.lineno, "RL345", "no Accelerator is in sight here to count the ranks", "count the steps beside it")
        rows = f"{rows} // {accelerator}.num_processes"
    batch = _batch_at(case, use, node, given.get("batch_size"))
    is_dropped = _written(script, given.get("drop_last"), "False") != "False"
    return f"({rows} // {batch})" if is_dropped else f"math.ceil({rows} / {batch})"


def _is_prepared_by_then(script: Script, node: ast.Name) -> bool:
    function = script.function(node)
    calls = [call for method in PREPARING for call, _ in script.method_calls(method) if script.function(call) is function]
    mine = [call for call in calls if any(isinstance(part, ast.Name) and part.id == node.id for part in ast.walk(call))]
    owner = script.scope(node).owner(node.id)
    is_parameter = owner is not None and any(isinstance(binding, ast.arg) for binding in owner.bindings[node.id])
    return any(call.lineno < node.lineno for call in mine) or (is_parameter and not mine)


def _batch_at(case: Case, use: DataUse, place: ast.AST, size: ast.expr | None) -> str:
    """The batch size as the code at a place can say it."""
    script = case.script
    if size is None or isinstance(size, ast.Constant):
        return _written(script, size, "1")
    function = script.function(use.call)
    if function is script.function(place):
        return written_whole(script, size)
    names = [part for part in ast.walk(size) if isinstance(part, ast.Name)]
    if all(script.scope(name).owner(name.id) is script.globals for name in names):
        return written_whole(script, size)
    frame = frames_to(case, use.call)[-1]
    if (
        isinstance(size, ast.Name)
        and function is not None
        and frame.call
        and script.function(frame.call) is script.function(place)
    ):
        given = frame.given(size.id)
        if given is not None:
            return written_whole(script, given)
    text = f"the batch size of this loader is made in line {size.lineno}, out of sight of where its length is asked for"
    raise Refusal(getattr(place, "lineno", 0), "RL345", text, "ask for the length beside the loader")


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
