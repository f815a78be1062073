"""The driver loads the data and hands them over; each worker takes its shard.

trainer = Trainer(train_dataset=dataset["train"], ...)      train_dataset=get_dataset_shard("train")
loader = DataLoader(dataset["train"], batch_size=8)         loader = data_loader("train", batch_size=8)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from raylift.edits.expressions import replace_by
from raylift.edits.statements import drop_statement
from raylift.plan import Case, Edit, Finding, Launcher, NeededImport, Notice, Refusal
from raylift.ray_data.data_uses import may_be_none
from raylift.ray_data.dealt_streams import dealt_streams, refuse_streams, stream_findings
from raylift.ray_data.driver.source_lines import INDENT, DriverSource, indented
from raylift.ray_data.driver.telling import plain_loggers
from raylift.ray_data.handed_over import HandedOver, blocks_gone, handed_over
from raylift.ray_data.loader_imports import drop_loader_imports
from raylift.ray_data.loaders import loader_edits
from raylift.ray_data.origins import is_data
from raylift.ray_data.stock.lengths import ROWS
from raylift.ray_data.stock.loaders import loader_functions, stock_loader_edits
from raylift.ray_data.stock.rows import refuse_other_rows
from raylift.ray_data.stock.trainers import stock_trainer_edits, trainer_functions
from raylift.ray_data.trainers import trainer_edits
from raylift.script import Script
from raylift.script.expressions import written
from raylift.train_function.launch import WrittenOut

RAY = "ray"
TOO_FEW = """if min({counts}.values(), default={workers}) < {workers}:
    raise SystemExit(f"too few rows for {workers} workers, stock Ray would take no step: {{{counts}}}")
"""
DOCUMENTED = '"""What the workers train on: made here once, and handed over by Ray Data."""'


def hand_over_data(case: Case) -> Iterator[Finding]:
    """Hand the data of a script over, where its user wants that."""
    if case.settings.data != RAY:
        return
    if not case.trainings:
        raise Refusal(
            1,
            "RL343",
            "nothing in this file starts the training, so it has no driver that could load the data",
            "lift the file that starts it",
        )
    data = handed_over(case)
    script = case.script
    is_stock = not case.settings.target.data
    if is_stock:
        refuse_other_rows(data)
    refuse_streams(script, data, is_stock=is_stock)
    yield from _moved(script, data)
    yield from _taken(case, data)
    yield from drop_loader_imports(script, data.uses)
    yield from _counted(case, data)
    yield from stream_findings(script, data)
    yield from _notices(script, data)
    if any(part.states for part in data.parts):
        yield NeededImport("accelerate", "PartialState")
    yield NeededImport("raylift_runtime.data", "from_huggingface") if case.settings.target.data else NeededImport("ray.data")


def _taken(case: Case, data: HandedOver) -> Iterator[Finding]:
    """What takes the data on the workers."""
    if data.uses[0].is_loader:
        return loader_edits(case, data) if case.settings.target.data else stock_loader_edits(case, data)
    return trainer_edits(case, data) if case.settings.target.data else stock_trainer_edits(case, data)


def _moved(script: Script, data: HandedOver) -> Iterator[Edit]:
    for node in blocks_gone(script, data.gone):
        yield Edit(node, drop_statement(script.place_in_line(node)), "RL160", "the driver makes the data")


def _counted(case: Case, data: HandedOver) -> Iterator[Finding]:
    """The questions for how many rows there are."""
    module = case.settings.target.data
    for count in data.counts:
        code = f'dataset_rows("{count.name}")' if module else f'{ROWS}["{count.name}"]'
        if any(isinstance(holder, ast.JoinedStr) for holder in case.script.enclosing(count.call)):
            code = code.replace('"', "'")
        yield Edit(count.call, replace_by(code), "RL162", "the rows are counted where the data are made")
    if data.counts and module:
        yield NeededImport(module, "dataset_rows")


def _notices(script: Script, data: HandedOver) -> Iterator[Notice]:
    first = data.uses[0]
    text = "the driver makes the data as the script did, maps and all, and hands over the rows that come out of it"
    yield Notice(
        first.line, "RL243", text, "to preprocess in parallel, move a map behind the hand-over: `ray.data.Dataset.map_batches`"
    )
    told: set[str] = set()
    for node in data.repeated:
        bound = [
            t
            for t in ast.walk(node)
            if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store) and is_data(script, t) and t.id not in told
        ]
        if bound:
            told.add(bound[0].id)
            text = f"every worker makes `{bound[0].id}` once more, because what stays there reads it"
            yield Notice(node.lineno, "RL241", text, "hand what it reads over by hand, where the data are large")


def with_data(case: Case, launcher: Launcher) -> Launcher:
    """The launcher of a script, with the function that makes the data and what the TorchTrainer is given of it."""
    if case.settings.data != RAY:
        return launcher
    data, script = handed_over(case), case.script
    dealt = ", ".join(f'"{each}"' for each in dealt_streams(script, data))
    name = script.free_global_name("load_datasets", "load_ray_datasets")
    code = "\n".join([f"def {name}():", f"{INDENT}{DOCUMENTED}", *indented(_body(case, data))])
    if case.settings.target.data:
        config = [f"dataset_config=DataConfig(datasets_to_split=[{dealt}])"] if dealt else []
        return replace(launcher, arguments=(*launcher.arguments, f"datasets={name}()", *config), functions=(code,))
    handed = script.free_global_name("ray_datasets", "handed_datasets")
    split = ", ".join(f'"{use.name}"' for use in data.uses)
    arguments = f"datasets={handed}", f"dataset_config=DataConfig(datasets_to_split=[{split}])"
    written_out = loader_functions(script, data) if data.uses[0].is_loader else trainer_functions(script, data)
    functions = f"{ROWS} = {{}}", *written_out, code
    counts = counts_name(script)
    before = (
        f"{handed} = {name}()",
        f"{counts} = {{name: rows.count() for name, rows in {handed}.items()}}",
        TOO_FEW.format(counts=counts, workers=launcher.workers),
    )
    return replace(launcher, arguments=(*launcher.arguments, *arguments), functions=functions, before=before)


def counts_name(script: Script) -> str:
    """What the driver calls the counts of the rows that it hands over."""
    return script.free_global_name("row_counts", "ray_row_counts")


def data_written_out(case: Case) -> WrittenOut:
    """What workers of stock Ray are told of the data: how many rows there are."""
    if case.settings.data != RAY or case.settings.target.data:
        return WrittenOut()
    entry = f'"rows": {counts_name(case.script)}'
    parameter = case.script.free_name("config", "ray_config")
    return WrittenOut((entry,), (f'{ROWS}.update({parameter}["rows"])',), (NeededImport("ray.train", "DataConfig"),))


def _body(case: Case, data: HandedOver) -> list[str]:
    script = case.script
    source = DriverSource(script, {*data.gone, *blocks_gone(script, data.gone)})
    lines: list[str] = []
    entry = [part for part in data.parts if part.frame.function is None]
    made = {name for part in entry for each in part.taken for _, name in each.makes}.union(*(part.states for part in entry))
    if shared := sorted(made & set(case.placement.shared if case.placement else ())):
        lines.append(f"global {', '.join(shared)}")
    for part in data.parts:
        start = [f"{name} = PartialState()" for name in sorted(part.states)]
        given = [(name, value) for name, value in part.given if not (isinstance(value, ast.Name) and value.id == name)]
        if given:
            start.append(f"{', '.join(name for name, _ in given)} = {', '.join(written(script, value) for _, value in given)}")
        lines += [*start, *source.lines(part.taken)]
    lines = [*plain_loggers(script, (each for part in data.parts for each in part.taken)), *lines]
    while lines and not lines[0]:
        del lines[0]
    make = "from_huggingface" if case.settings.target.data else "ray.data.from_huggingface"
    entries = list({use.name: written(script, use.given) for use in data.uses}.items())
    if any(may_be_none(script, use) for use in data.uses):
        found = script.free_name("given", "given_datasets")
        lines += [f"{found} = {{", *(f'{INDENT}"{name}": {value},' for name, value in entries), "}"]
        return [*lines, f"return {{name: {make}(rows) for name, rows in {found}.items() if rows is not None}}"]
    return [*lines, "return {", *(f'{INDENT}"{name}": {make}({value}),' for name, value in entries), "}"]
