"""What the functions of a script are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Found, Script, Value
from raylift.script.scopes import Function


def references(script: Script, function: Function) -> Iterator[ast.AST]:
    """Where a function of this script is called, or handed to what calls it."""
    if isinstance(script.parent(function), ast.ClassDef):
        yield from (
            node for node in script.all(ast.Attribute) if node.attr == function.name and script.function(node) is not function
        )
        return
    for node in script.all(ast.Name):
        if node.id == function.name and isinstance(node.ctx, ast.Load) and script.function(node) is not function:
            owner = script.scope(node).owner(node.id)
            if owner is not None and function in owner.bindings[node.id]:
                yield node


def returned(function: Found) -> Iterator[Value]:
    """What a function of the script, or of a neighbour, may return."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                yield from function.script.values(part)


def handed_over(script: Script, parameter: ast.arg) -> Iterator[Value]:
    """What the calls in a script give for a parameter of one of its functions, or of a class."""
    function = script.function(parameter)
    if function is None:
        return
    holder = script.parent(function)
    called = holder if isinstance(holder, ast.ClassDef) and function.name == "__init__" else function
    names = [argument.arg for argument in function.args.args][int(isinstance(holder, ast.ClassDef)) :]
    for call in script.all(ast.Call):
        if ast.unparse(call.func).rpartition(".")[2] != called.name or parameter.arg not in names:
            continue
        place = names.index(parameter.arg)
        keyword = next((keyword.value for keyword in call.keywords if keyword.arg == parameter.arg), None)
        given = call.args[place] if place < len(call.args) else keyword
        if given is not None:
            yield from script.values(given)


def called_functions(script: Script, call: ast.Call) -> Iterator[Found]:
    """The functions and methods in sight that a call may run."""
    for value in script.values(call.func):
        if isinstance(value, Found) and isinstance(value.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield value
    if not isinstance(call.func, ast.Attribute):
        return
    receiver = call.func.value
    classes = [script.class_of(call)] if isinstance(receiver, ast.Name) and receiver.id == "self" else _classes(script, receiver)
    for holder in classes:
        for part in holder.body if holder is not None else ():
            if isinstance(part, ast.FunctionDef) and part.name == call.func.attr:
                yield Found(script, part)


def _classes(script: Script, receiver: ast.expr) -> list[ast.ClassDef | None]:
    made = [value.node for value in script.values(receiver) if isinstance(value, Found) and isinstance(value.node, ast.Call)]
    kinds = [kind for call in made for kind in script.values(call.func)]
    return [
        kind.node for kind in kinds if isinstance(kind, Found) and kind.script is script and isinstance(kind.node, ast.ClassDef)
    ]
