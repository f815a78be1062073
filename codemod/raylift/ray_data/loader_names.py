"""The names that hold a loader on its way through a script: returned, handed to functions, prepared by an Accelerator."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.driver.leaves import Name
from raylift.script import Script, ScriptNode
from raylift.script.functions import references
from raylift.script.scopes import FUNCTIONS, Function
from raylift.script.syntax import call_name

PREPARING = ("prepare", "prepare_data_loader")
READERS = frozenset({"enumerate", "islice", "iter", "len", "tqdm", "zip"})


def loader_reads(script: Script, use: DataUse) -> list[ast.Name]:
    """Where a loader is read, in the order of the source; raises Refusal where its way cannot be followed."""
    names = _names(script, use)
    _refuse_asked(script, use)
    found = [node for node in script.all(ast.Name) if isinstance(node.ctx, ast.Load) and name_key(script, node) in names]
    for node in found:
        if not _is_plain(script, node):
            raise _asked(script.parent(node) or node)
    return found


def _asked(node: ast.AST) -> Refusal:
    text = f"stock Ray's batches have no `{ast.unparse(node)}`, which this script asks its loader for"
    return Refusal(getattr(node, "lineno", 0), "RL345", text, "lift with `--runtime raylift`, whose loaders are torch's own")


def _refuse_asked(script: Script, use: DataUse) -> None:
    """Raise where a loader that no name of its own holds is asked for more than its batches: an attribute, or one in a container."""
    statement = script.statement(use.call)
    if not isinstance(statement, ast.Assign):
        return
    for target in statement.targets:
        if isinstance(target, ast.Name) and statement.value is not use.call:
            named = [node for node in script.all(ast.Name) if node.id == target.id]
            held = (holder for node in named if isinstance(holder := script.parent(node), ast.Subscript) and holder.value is node)
            for each in (*named, *held):
                _refuse_asked_of(script, each)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            for node in script.all(type(target)):
                if _last(node) == _last(target) and ast.unparse(node) == ast.unparse(target):
                    _refuse_asked_of(script, node)


def _last(node: ast.AST) -> object:
    return node.attr if isinstance(node, ast.Attribute) else getattr(getattr(node, "slice", None), "value", None)


def _refuse_asked_of(script: Script, node: ast.expr) -> None:
    holder = script.parent(node)
    if isinstance(holder, ast.Attribute) or (isinstance(holder, ast.Call) and call_name(holder) == "len"):
        raise _asked(holder)


def name_key(script: Script, node: ast.Name) -> Name:
    """A name by the scope that binds it."""
    return script.scope(node).owner(node.id), node.id


def _names(script: Script, use: DataUse) -> set[Name]:
    names: set[Name] = set()
    waiting = list(_bound_by(script, use.call))
    while waiting:
        name = waiting.pop()
        if name in names:
            continue
        names.add(name)
        for node in script.all(ast.Name):
            if node.id == name[1] and isinstance(node.ctx, ast.Load) and name_key(script, node) == name:
                waiting += _bound_by(script, node)
    return names


def _bound_by(script: Script, value: ast.expr) -> Iterator[Name]:
    """The names that a value is bound to where it stands: by its statement, by what its function returns to, by a parameter."""
    holder, statement = script.parent(value), script.statement(value)
    if isinstance(statement, ast.Assign) and statement.value is value:
        yield from (name_key(script, target) for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, ast.Return) and (statement.value is value or holder is statement.value):
        place = holder.elts.index(value) if isinstance(holder, ast.Tuple) else None
        function = script.function(value)
        yield from _returned_to(script, function, place) if function is not None else ()
    elif isinstance(holder, (ast.Call, ast.keyword)):
        yield from _parameters(script, holder, value)


def _returned_to(script: Script, function: Function, place: int | None) -> Iterator[Name]:
    for node in references(script, function):
        call = script.parent(node)
        statement = script.statement(node)
        if isinstance(statement, ast.Assign) and statement.value is call:
            for target in statement.targets:
                if place is not None and isinstance(target, ast.Tuple) and len(target.elts) > place:
                    target = target.elts[place]
                if isinstance(target, ast.Name):
                    yield name_key(script, target)


def _parameters(script: Script, holder: ast.Call | ast.keyword, value: ast.expr) -> Iterator[Name]:
    call = script.parent(holder) if isinstance(holder, ast.keyword) else holder
    for callee in script.values(call.func) if isinstance(call, ast.Call) else ():
        if isinstance(callee, ScriptNode) and callee.script is script and isinstance(callee.node, FUNCTIONS):
            names = [argument.arg for argument in callee.node.args.args]
            given = holder.arg if isinstance(holder, ast.keyword) else names[holder.args.index(value)]
            if given in names and callee.node.body:
                yield script.scope(callee.node.body[0]).owner(given), given


def _is_plain(script: Script, node: ast.Name) -> bool:
    """Whether a read of a loader asks no more of it than its batches, or a length that is known otherwise."""
    holder = script.parent(node)
    if isinstance(holder, (ast.For, ast.Return, ast.Assign, ast.comprehension)):
        return True
    if is_count_of_rows(script, node):
        return True
    if isinstance(holder, ast.Tuple):
        return isinstance(script.parent(holder), ast.Return)
    if isinstance(holder, (ast.Call, ast.keyword)):
        call = script.parent(holder) if isinstance(holder, ast.keyword) else holder
        assert isinstance(call, ast.Call)
        return call_name(call) in (*READERS, *PREPARING) or any(True for _ in _parameters(script, holder, node))
    return False


def is_count_of_rows(script: Script, node: ast.Name) -> bool:
    """Whether a loader is asked for how many rows its dataset has: `len(loader.dataset)`."""
    holder = script.parent(node)
    is_dataset = isinstance(holder, ast.Attribute) and holder.attr == "dataset"
    return is_dataset and isinstance(asked := script.parent(holder or node), ast.Call) and call_name(asked) == "len"
