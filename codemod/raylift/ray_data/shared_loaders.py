"""A function that makes a loader of the rows that it is given, and is called once for each dataset: its calls are given the shards.

def create(rows, size):                     def create(rows, size):
    return DataLoader(rows, size)               return data_loader(rows, batch_size=size)
train = create(raw["train"], 8)             train = create(get_dataset_shard("train"), 8)
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from raylift.plan import Case, Refusal
from raylift.ray_data.data_uses import DataUse, certain, may_be_none, travel_name
from raylift.script import Script
from raylift.script.functions import references
from raylift.script.scopes import Function
from raylift.script.syntax import call_name


def called_for_each(case: Case, uses: Iterable[DataUse]) -> list[DataUse]:
    """The uses, where one of rows that a function is given in several calls becomes one for each call."""
    script, known = case.script, list(uses)
    loaders = Counter(script.function(use.call) for use in known)
    alone = [use for use in known if loaders[script.function(use.call)] == 1]
    shared = {use: calls for use in alone if (calls := _calls(script, use))}
    if shared and not case.settings.target.data:
        use, calls = next(iter(shared.items()))
        text = f"one loader of `{ast.unparse(use.given)}` is made of several datasets (lines {', '.join(str(c.lineno) for c in calls)})"
        remedy = "make each loader where its data are, or lift with `--runtime raylift`"
        raise Refusal(use.line, "RL345", text, remedy)
    taken = {use.name for use in known if use not in shared}
    return [each for use in known for each in (_for_calls(script, use, shared[use], taken) if use in shared else [use])]


def _for_calls(script: Script, use: DataUse, calls: Iterable[ast.Call], taken: set[str]) -> Iterator[DataUse]:
    for call in calls:
        given = _argument(script, use, call)
        assert given is not None
        name = travel_name(script, call, given, taken)
        taken.add(name)
        yield replace(use, given=given, dataset=certain(given), name=name, wrapper=call)


def _calls(script: Script, use: DataUse) -> list[ast.Call]:
    """The calls of a function that makes a loader of a parameter, where each surely gives rows for it; none where it does more."""
    function = script.function(use.place)
    if not use.is_loader or function is None or isinstance(script.parent(function), ast.ClassDef):
        return []
    if not _only_loads(script, use, function):
        return []
    named = list(references(script, function))
    calls = [call for node in named if isinstance(call := script.parent(node), ast.Call) and call.func is node]
    given = [_argument(script, use, call) for call in calls]
    is_plain = len(calls) == len(named) > 1 and all(
        each is not None and not may_be_none(script, replace(use, given=each, dataset=certain(each))) for each in given
    )
    return calls if is_plain else []


def _only_loads(script: Script, use: DataUse, function: Function) -> bool:
    """Whether the rows are a parameter, and are loaded and counted, but not changed or looked into."""
    owner = script.scope(use.given).owner(use.given.id) if isinstance(use.given, ast.Name) else None
    if owner is None or owner.node is not function or not isinstance(use.given, ast.Name):
        return False
    if not all(isinstance(binding, ast.arg) for binding in owner.bindings[use.given.id]):
        return False
    reads = [part for part in ast.walk(function) if isinstance(part, ast.Name) and part.id == use.given.id]
    return all(part is use.given or call_name(script.parent(part) or part) == "len" for part in reads)


def _argument(script: Script, use: DataUse, call: ast.Call) -> ast.expr | None:
    """What a call gives for the rows."""
    function = script.function(use.place)
    if function is None or not isinstance(use.given, ast.Name) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    by_name = {keyword.arg: keyword.value for keyword in call.keywords}
    return dict(zip(names, call.args, strict=False)).get(use.given.id, by_name.get(use.given.id))
