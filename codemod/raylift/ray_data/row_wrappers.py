"""A torch Dataset of the script's own that only wraps one of the library `datasets`: its rows are handed over, and workers wrap them.

train = Reviews(raw["train"], tokenizer)      train = Reviews(get_dataset_shard("train"), tokenizer)
"""

from __future__ import annotations

import ast
from dataclasses import replace

from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.origins import is_data
from raylift.ray_data.wrapping_classes import wrapped_parameter
from raylift.script import Script, ScriptNode


def unwrapped(script: Script, use: DataUse) -> DataUse:
    """A use of the rows inside, where a dataset of the script's own does no more than to wrap them; else the use as it is."""
    made = [value for value in script.values(use.dataset) if not _is_none(value)]
    call = made[0].node if len(made) == 1 and isinstance(made[0], ScriptNode) and made[0].script is script else None
    if isinstance(call, ast.Call):
        for held in script.values(call.func):
            rows = _given(call, held)
            if rows is not None and is_data(script, rows):
                return replace(use, given=rows, dataset=rows, wrapper=call)
    return use


def _is_none(value: object) -> bool:
    return isinstance(value, ScriptNode) and isinstance(value.node, ast.Constant) and value.node.value is None


def _given(call: ast.Call, held: object) -> ast.expr | None:
    """What a call gives a class for the rows that it wraps."""
    if not isinstance(held, ScriptNode) or not isinstance(held.node, ast.ClassDef):
        return None
    place = wrapped_parameter(held.script, held.node)
    if place is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    position, name = place
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    return call.args[position] if position < len(call.args) else named.get(name)
