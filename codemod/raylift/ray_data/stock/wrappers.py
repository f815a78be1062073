"""Rows that a class of the script's own wraps, with stock Ray: each batch of them is wrapped where it is collated.

train = Reviews(raw["train"], tokenizer)      train = lambda rows: Reviews(rows, tokenizer)
loader = DataLoader(train, batch_size=8)      CollatedBatches(..., lambda rows: default_collate([*train(rows)]), ...)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from raylift.edits.expressions import replace_by
from raylift.plan import Edit, Finding, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.loaders import WHY_SHARD, given_to_loader
from raylift.ray_data.stock.lengths import count_of_rows
from raylift.script import Script
from raylift.script.expressions import written
from raylift.script.syntax import call_name

PLAIN = (ast.Name, ast.Constant, ast.Attribute)


def collated_rows(script: Script, use: DataUse, collate: str) -> str:
    """A collate function of plain rows: they are wrapped first, as the script wraps all."""
    rows, dataset = _rows_name(script), given_to_loader(use)["dataset"]
    wrapped = f"{written(script, dataset)}({rows})" if dataset is not use.wrapper else _wrapped(script, use)
    return f"lambda {rows}: {collate}([*{wrapped}])"


def wrapper_edits(script: Script, uses: Iterable[DataUse]) -> Iterator[Finding]:
    """What is the whole dataset becomes what wraps some rows of it; its length is the count of them."""
    for call, use in {use.wrapper: use for use in uses}.items():
        if call is None or call is given_to_loader(use)["dataset"]:
            continue
        for read in _reads(script, call):
            holder = script.parent(read)
            if isinstance(holder, ast.Call) and call_name(holder) == "len":
                count = replace_by(count_of_rows(script, use, read))
                yield Edit(holder, count, "RL162", "the rows are counted where the data are made")
            elif not any(read is given_to_loader(each)["dataset"] for each in uses):
                text = f"stock Ray has no dataset to ask, as this asks `{read.id}`"
                raise Refusal(read.lineno, "RL345", text, "lift with `--runtime raylift`, whose datasets are read by row")
        yield Edit(call, replace_by(f"lambda {_rows_name(script)}: {_wrapped(script, use)}"), "RL161", WHY_SHARD)


def _rows_name(script: Script) -> str:
    return script.free_name("rows", "ray_rows")


def _wrapped(script: Script, use: DataUse) -> str:
    """The call that wraps all rows, of some."""
    call = use.wrapper
    assert call is not None
    rows = _rows_name(script)
    made = [e for e in (*call.args, *(k.value for k in call.keywords)) if e is not use.given and not isinstance(e, PLAIN)]
    if made:
        text = f"`{ast.unparse(made[0])}` would be made anew for every batch that stock Ray gives"
        raise Refusal(made[0].lineno, "RL345", text, f"bind it to a name before `{ast.unparse(call.func)}` is made")
    arguments = [rows if each is use.given else written(script, each) for each in call.args]
    arguments += [f"{k.arg}={rows if k.value is use.given else written(script, k.value)}" for k in call.keywords]
    return f"{written(script, call.func)}({', '.join(arguments)})"


def _reads(script: Script, call: ast.Call) -> list[ast.Name]:
    """Where the name is read that a statement binds to a call; raises Refusal where it binds none."""
    match script.statement(call):
        case ast.Assign(targets=[ast.Name(id=name) as target], value=value) if value is call:
            owner = script.scope(target).owner(name)
            named = (node for node in script.all(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load))
            return [node for node in named if script.scope(node).owner(name) is owner]
    text = f"what becomes of `{ast.unparse(call.func)}` is not in sight, and stock Ray hands batches over"
    raise Refusal(call.lineno, "RL345", text, "bind it to a name, beside its loader")
