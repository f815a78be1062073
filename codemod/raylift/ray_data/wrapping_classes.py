"""Classes of a script that wrap the rows of a dataset: each row is given back in its place, and nothing else is asked of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, remembered_for
from raylift.script.scopes import Function

TORCH_DATASET = frozenset({"torch.utils.data.Dataset", "torch.utils.data.dataset.Dataset"})


@remembered_for
def wrapped_parameter(script: Script, holder: ast.ClassDef) -> tuple[int, str] | None:
    """The place and the name of the parameter of a torch Dataset that it only indexes; None where it does more."""
    methods = {each.name: each for each in holder.body if isinstance(each, ast.FunctionDef)}
    start, size, item = (methods.get(name) for name in ("__init__", "__len__", "__getitem__"))
    if start is None or size is None or item is None or "__getitems__" in methods:
        return None
    if not all(not script.names(base).isdisjoint(TORCH_DATASET) for base in holder.bases):
        return None
    attribute, index = _measured(size), [each.arg for each in item.args.args[1:2]]
    names = [each.arg for each in start.args.args[1:]]
    kept = [name for each in start.body if (name := _kept_as(each, attribute)) in names]
    if len(kept) != 1 or not index or not _is_named_once(start, kept[0]):
        return None
    is_only_read = all(_is_asked_for_rows(script, part, index[0]) for part in _uses(holder, attribute))
    return (names.index(kept[0]), kept[0]) if is_only_read and _gives_columns(script, item, attribute) else None


def _measured(size: Function) -> str:
    """The attribute whose length `__len__` gives."""
    match [each for each in size.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]:
        case [
            ast.Return(value=ast.Call(func=ast.Name(id="len"), args=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)]))
        ]:
            return attribute
    return ""


def _kept_as(node: ast.stmt, attribute: str) -> str:
    """The name that is kept as an attribute of `self`."""
    pairs: list[tuple[ast.expr, ast.expr | None]] = []
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values):
            pairs = [*zip(targets, values, strict=True)]
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
            pairs = [(target, value)]
    for pair in pairs:
        match pair:
            case ast.Attribute(value=ast.Name(id="self"), attr=held), ast.Name(id=name) if held == attribute:
                return name
    return ""


def _is_named_once(start: Function, name: str) -> bool:
    return sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(start)) == 1


def _uses(holder: ast.AST, attribute: str) -> Iterator[ast.Attribute]:
    for part in ast.walk(holder):
        match part:
            case ast.Attribute(value=ast.Name(id="self"), attr=held) if held == attribute:
                yield part


def _is_asked_for_rows(script: Script, use: ast.Attribute, index: str) -> bool:
    """Whether the rows are measured, or read one by one in their place; they are set where they are kept."""
    if isinstance(use.ctx, ast.Store):
        return (
            isinstance(script.statement(use), (ast.Assign, ast.AnnAssign))
            and getattr(script.function(use), "name", "") == "__init__"
        )
    match script.parent(use):
        case ast.Call(func=ast.Name(id="len")):
            return True
        case ast.Subscript(slice=ast.Name(id=name) | ast.Call(func=ast.Name(id="int"), args=[ast.Name(id=name)])) if (
            name == index
        ):
            return getattr(script.function(use), "name", "") == "__getitem__"
    return False


def _gives_columns(script: Script, item: Function, attribute: str) -> bool:
    """Whether a row has columns, `self.rows[i]["text"]` or `row.items()`: what has none is a list of something else."""
    rows = [script.parent(use) for use in _uses(item, attribute)]
    bound = {
        target.id
        for row in rows
        if isinstance(assign := script.parent(row) if row else None, ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Name)
    }
    for part in ast.walk(item):
        match part:
            case (
                ast.Subscript(value=row, slice=ast.Constant(value=str())) | ast.Attribute(value=row, attr="items" | "get" | "pop")
            ):
                if row in rows or (isinstance(row, ast.Name) and row.id in bound):
                    return True
    return False
