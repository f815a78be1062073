"""The launcher of a result: the train function, the call that is given it, and the guard around that."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from raylift.result_check.imported_names import imported_names, uses_ray_training
from raylift.result_check.parsed_bytes import ParsedBytes
from raylift.targets import TARGETS


class LaunchedTraining(NamedTuple):
    """What a lift has put around a script."""

    train_function: ast.FunctionDef
    call: ast.Call
    guard: ast.If | None


def launched(before: ParsedBytes, after: ParsedBytes) -> LaunchedTraining | None:
    """What launches a result; None where it was edited in place, or only brought up to date."""
    if uses_ray_training(before):
        return None
    own = {node.name for node in before.tree.body if isinstance(node, ast.FunctionDef)}
    new = {node.name: node for node in after.tree.body if isinstance(node, ast.FunctionDef) and node.name not in own}
    for call in launcher_calls(after):
        given = call.args[0] if call.args else None
        if isinstance(given, ast.Name) and given.id in new:
            return LaunchedTraining(_trained_by(new[given.id], new), call, _guard_around(after, call))
    return None


def _trained_by(start: ast.FunctionDef, new: Mapping[str, ast.FunctionDef]) -> ast.FunctionDef:
    """The train function that a worker is started by: the one that it is given, or the one of the script that this calls bare."""
    called = [node.func for node in ast.walk(start) if isinstance(node, ast.Call) and not node.args]
    names = [func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else "" for func in called]
    return next((new[name] for name in names if name in new), start)


def launcher_calls(parsed: ParsedBytes) -> list[ast.Call]:
    """The calls of Ray Train's TorchTrainer, by whatever name it is imported."""
    makers = {f"{target.torch}.TorchTrainer" for target in TARGETS.values()}
    names = {name.bound for name in imported_names(parsed) if name.full in makers}
    return [call for call in parsed.calls if names and isinstance(call.func, ast.Name) and call.func.id in names]


def is_main_test(test: ast.expr) -> bool:
    """Whether a condition compares `__name__` with `"__main__"`, alone or with others."""
    parts = {type(node): node for node in ast.walk(test) if isinstance(node, (ast.Name, ast.Constant, ast.Eq))}
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    values = {node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return ast.Eq in parts and "__name__" in names and "__main__" in values


def _guard_around(parsed: ParsedBytes, call: ast.Call) -> ast.If | None:
    guards = (node for node in parsed.tree.body if isinstance(node, ast.If) and is_main_test(node.test))
    return next((guard for guard in guards if any(call is node for part in guard.body for node in ast.walk(part))), None)
