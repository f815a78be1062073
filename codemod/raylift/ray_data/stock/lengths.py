"""Lengths with stock Ray, whose batches have none: they follow from the rows that the driver counted.

len(rows)        DATASET_ROWS["train"]
len(loader)      math.ceil(DATASET_ROWS["train"] / 8)
"""

from __future__ import annotations

import ast

from raylift.frameworks.accelerate.accelerators import visible_accelerator
from raylift.plan import Case, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.driver.frames import frames_to
from raylift.ray_data.loader_names import PREPARING
from raylift.ray_data.loaders import given_to_loader
from raylift.script import Script
from raylift.script.expressions import written, written_test, written_whole

ROWS = "DATASET_ROWS"


def count_of_rows(script: Script, use: DataUse, place: ast.AST) -> str:
    """The count of all rows that were handed over, as it is written at a place: perhaps inside of a text."""
    is_in_text = any(isinstance(holder, ast.JoinedStr) for holder in script.enclosing(place))
    return f"{ROWS}['{use.name}']" if is_in_text else f'{ROWS}["{use.name}"]'


def steps_of_epoch(case: Case, use: DataUse, node: ast.Name) -> str:
    """The steps of an epoch, on a rank once the loader is prepared, as the script would have counted them."""
    script = case.script
    given = given_to_loader(use)
    rows = count_of_rows(script, use, node)
    if _is_prepared_by_then(script, node):
        accelerator = visible_accelerator(script, node)
        if accelerator is None:
            raise Refusal(node.lineno, "RL345", "no Accelerator is in sight here to count the ranks", "count the steps beside it")
        rows = f"{rows} // {accelerator}.num_processes"
    batch = _batch_at(case, use, node, given.get("batch_size"))
    full, with_rest = f"{rows} // {batch}", f"math.ceil({rows} / {batch})"
    match given.get("drop_last"):
        case None | ast.Constant(value=False):
            return with_rest
        case ast.Constant(value=True):
            return f"({full})"
        case drop_last if script.function(use.call) is script.function(node):
            return f"({full} if {written_test(script, drop_last)} else {with_rest})"
        case drop_last:
            text = f"whether the last batch of this loader is dropped is known in line {drop_last.lineno}, out of sight of its length"
            raise Refusal(node.lineno, "RL345", text, "ask for the length beside the loader")


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
        return "1" if size is None else written(script, size)
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
