"""What a dict comes to hold after it was made: by `TABLE[name] = value`, and by decorators that store what they decorate.

TABLE = {}

def register(name):
    def store(function):
        TABLE[name] = function
        return function
    return store
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from raylift.script.scopes import FUNCTIONS, Function, Scope

if TYPE_CHECKING:
    from raylift.script import Script

Owner = tuple[object, str]
"""Where a dict is bound: a scope or a class with the name that it has there."""


def stored_in(script: Script, made: ast.Dict) -> Iterator[tuple[Script, ast.AST]]:
    """What is put into a dict under its own name, as expressions and definitions with the script that holds them."""
    owners = {owner for target in _targets(script, made) if (owner := _owner(script, target)) is not None}
    if not owners:
        return
    for owner in sorted(owners, key=lambda owner: owner[1]):
        for value in _stores(script).get(owner, ()):
            yield script, value
            yield from _decorated(script, value)


def _stores(script: Script) -> dict[Owner, list[ast.expr]]:
    """Every value that the script puts into a subscript, by whose subscript that is; gathered once."""
    known = script.answers.get(_stores)
    if known is None:
        stores: dict[Owner, list[ast.expr]] = {}
        known = script.answers[_stores] = stores
        for statement in script.all(ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Subscript) and (owner := _owner(script, target.value)) is not None:
                    stores.setdefault(owner, []).append(statement.value)
    return cast("dict[Owner, list[ast.expr]]", known)


def _targets(script: Script, made: ast.Dict) -> list[ast.expr]:
    statement = script.parent(made)
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def _owner(script: Script, target: ast.expr) -> Owner | None:
    if isinstance(target, ast.Name):
        return script.scope(target).owner(target.id), target.id
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in ("self", "cls"):
        return script.class_of(target), target.attr
    return None


def _decorated(script: Script, value: ast.expr) -> Iterator[tuple[Script, ast.AST]]:
    """The definitions whose decorator hands them over as the parameter that is stored, here and in what imports this module."""
    function = script.function(value)
    if function is None or not isinstance(value, ast.Name) or not _is_parameter(script.scope(value), value.id):
        return
    names = {each.name for each in (function, *_outer(script, function))}
    for each in (script, *script.modules.importers(script)):
        for name in sorted(names):
            yield from ((each, definition) for definition in _by_decorator(each).get(name, ()))


def _by_decorator(script: Script) -> dict[str, list[ast.stmt]]:
    """Every definition by the last names of its decorators; gathered once."""
    known = script.answers.get(_by_decorator)
    if known is None:
        decorated: dict[str, list[ast.stmt]] = {}
        known = script.answers[_by_decorator] = decorated
        definitions: list[Function | ast.ClassDef] = [*script.all(ast.FunctionDef), *script.all(ast.AsyncFunctionDef)]
        for definition in [*definitions, *script.all(ast.ClassDef)]:
            for decorator in definition.decorator_list:
                decorated.setdefault(_last_name(decorator), []).append(definition)
    return cast("dict[str, list[ast.stmt]]", known)


def _is_parameter(scope: Scope, name: str) -> bool:
    owner = scope.owner(name)
    return owner is not None and any(isinstance(binding, ast.arg) for binding in owner.bindings[name])


def _outer(script: Script, function: Function) -> Iterator[Function]:
    return (holder for holder in script.enclosing(function) if isinstance(holder, FUNCTIONS))


def _last_name(decorator: ast.expr) -> str:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""
