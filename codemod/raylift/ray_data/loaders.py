"""What a DataLoader of the script is given, and the `data_loader` of the bundled runtime that takes its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import call_instead
from raylift.edits.calls import Argument, recast_call
from raylift.plan import Case, Edit, Finding, NeededImport, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.handed_over import HandedOver

POSITIONS = (
    "dataset",
    "batch_size",
    "shuffle",
    "sampler",
    "batch_sampler",
    "num_workers",
    "collate_fn",
    "pin_memory",
    "drop_last",
)
WHY_SHARD = "the worker reads its shard of what the driver hands over"


def loader_edits(case: Case, data: HandedOver) -> Iterator[Finding]:
    """Every loader becomes one over the shard of its data; it takes the arguments that it took."""
    module = case.settings.target.data
    for use in {use.call: use for use in data.uses}.values():
        given_to_loader(use)
        is_named = any(keyword.arg == "dataset" for keyword in use.call.keywords)
        name = f'dataset="{use.name}"' if is_named else f'"{use.name}"'
        change = call_instead("data_loader", POSITIONS, "" if use.wrapper else name)
        yield Edit(use.call, change, "RL161", WHY_SHARD)
    yield from wrapped_edits(data)
    yield NeededImport(module, "data_loader")
    if any(use.wrapper for use in data.uses):
        yield NeededImport(module, "get_dataset_shard")


def wrapped_edits(data: HandedOver) -> Iterator[Edit]:
    """What the script wraps in a class of its own is the shard."""
    for call, use in {use.wrapper: use for use in data.uses}.items():
        if call is not None:
            keyword = next((each.arg or "" for each in call.keywords if each.value is use.given), "")
            told = keyword or call.args.index(use.given)
            shard = Argument(keyword, f'get_dataset_shard("{use.name}")')
            yield Edit(call, recast_call("", {told: shard}), "RL161", WHY_SHARD)


def given_to_loader(use: DataUse) -> dict[str, ast.expr]:
    """What a loader is given, by name; raises Refusal where it draws its rows in a way that Ray Data cannot."""
    if any(keyword.arg is None for keyword in use.call.keywords) or any(isinstance(a, ast.Starred) for a in use.call.args):
        raise Refusal(use.call.lineno, "RL344", "what the loader is given is not in sight", "write its arguments out")
    given = dict(zip(POSITIONS, use.call.args, strict=False)) | {k.arg: k.value for k in use.call.keywords if k.arg}
    for name in ("sampler", "batch_sampler"):
        value = given.get(name)
        if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            text = f"the loader draws its rows by a `{name}`, which Ray Data has not"
            raise Refusal(value.lineno, "RL344", text, "take `shuffle=True`, or lift without `--data ray`")
    return given
