"""Which environment variables code reads by name, as its text says."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

READS = {"get", "pop", "setdefault", "__getitem__"}  # methods of `os.environ` that are given a name first
OPTION = "envvar"  # by which click and typer name the variable of an option


def variables_read(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The names that `os.environ[...]`, `os.getenv(...)` and their like are given, in these modules taken together.

    A name may be written there, stand in a variable or a tuple that is looped over, or be given to a function that reads it.
    """
    modules = list(trees)
    constants: dict[str, set[str]] = {}
    for tree in modules:
        _learn(tree, constants)
    readers = {name: place for tree in modules for name, place in _readers(tree)}
    found: set[str] = set()
    for tree in modules:
        for node in ast.walk(tree):
            for key in (*_keys_of(node), *_keys_given(node, readers)):
                found |= _strings(key, constants)
    return frozenset(found)


def _keys_of(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that name a variable of the environment, where this node reads one."""
    if isinstance(node, ast.Subscript) and _is_environment(node.value) and isinstance(node.ctx, ast.Load):
        yield node.slice
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)) and _is_environment(node.comparators[0]):
        yield node.left
    elif isinstance(node, ast.keyword) and node.arg == OPTION:
        yield node.value
    elif isinstance(node, ast.Call) and _is_reading(node.func):
        yield from node.args[:1]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "key")


def _is_reading(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute) and called.attr in READS:
        return _is_environment(called.value)
    return (isinstance(called, ast.Attribute) and called.attr == "getenv") or (
        isinstance(called, ast.Name) and called.id == "getenv"
    )


def _is_environment(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (isinstance(node, ast.Name) and node.id == "environ")


def _readers(tree: ast.Module) -> Iterator[tuple[str, tuple[int, str]]]:
    """The functions that read the variable that one of their parameters names, with its place and name."""
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            parameters = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
            keys = {key.id for node in ast.walk(function) for key in _keys_of(node) if isinstance(key, ast.Name)}
            yield from ((function.name, (number, name)) for number, name in enumerate(parameters) if name in keys)


def _keys_given(node: ast.AST, readers: dict[str, tuple[int, str]]) -> Iterator[ast.expr]:
    if not isinstance(node, ast.Call):
        return
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called in readers:
        number, name = readers[called]
        yield from node.args[number : number + 1]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == name)


def _learn(tree: ast.Module, constants: dict[str, set[str]]) -> None:
    """Adds which strings each variable may hold, as far as they are written where it is bound."""
    for node in ast.walk(tree):
        bound, value = _binding(node)
        if value is not None and (strings := _strings(value, constants)):
            for target in bound:
                if isinstance(target, ast.Name):
                    constants.setdefault(target.id, set()).update(strings)


def _binding(node: ast.AST) -> tuple[list[ast.expr], ast.expr | None]:
    if isinstance(node, ast.Assign):
        return node.targets, node.value
    if isinstance(node, ast.AnnAssign):
        return [node.target], node.value
    if isinstance(node, (ast.For, ast.comprehension)):
        return [node.target], node.iter
    return [], None


def _strings(node: ast.expr, constants: dict[str, set[str]]) -> set[str]:
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return set().union(*(_strings(each, constants) for each in node.elts))
    return constants.get(node.id, set()) if isinstance(node, ast.Name) else set()
