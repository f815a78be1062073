"""Datasets that are streams, or may be in some runs: Ray Data deals their rows out while the training runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from raylift.ray_data.driver.slices import Part
from raylift.script import Script
from raylift.script.functions import called_functions
from raylift.script.syntax import call_name

ITERABLE = "datasets.IterableDataset"


@dataclass(frozen=True, slots=True)
class Stream:
    """What makes a dataset a stream, in every run or in some."""

    cause: ast.expr
    is_certain: bool


def stream_of(script: Script, given: ast.expr, parts: Iterable[Part]) -> Stream | None:
    """What makes the dataset that a slice makes a stream; None where it is none."""
    nodes = [given, *(leaf.node for part in parts for leaf in part.taken)]
    found = [stream for node in nodes for call in _calls(script, node, set()) if (stream := _streams(script, call))]
    return next((each for each in found if each.is_certain), found[0] if found else None)


def _calls(script: Script, node: ast.AST, seen: set[ast.AST]) -> Iterator[ast.Call]:
    """The calls of some code, and of the functions in this file that it calls."""
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        yield call
        for function in called_functions(script, call):
            if function.script is script and function.node not in seen:
                seen.add(function.node)
                yield from _calls(script, function.node, seen)


def _streams(script: Script, call: ast.Call) -> Stream | None:
    if call_name(call) == "to_iterable_dataset" or any(name.startswith(ITERABLE) for name in script.names(call.func)):
        return Stream(call, True)
    for keyword in call.keywords:
        if keyword.arg == "streaming" and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value):
            return Stream(keyword.value, isinstance(keyword.value, ast.Constant))
    return None
