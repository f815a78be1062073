"""What the functions of a script are given, and what they return."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, ScriptNode, Value, remembered, remembered_for
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


def first_use(script: Script, wanted: ScriptNode) -> int:
    """The first line that names something, also what another module holds; 1 where none does."""
    uses = [node for kind in (ast.Name, ast.Attribute) for node in script.all(kind)]
    return min((node.lineno for node in uses if wanted in script.values(node)), default=1)


@remembered
def calls_by_name(script: Script) -> dict[str, list[ast.Call]]:
    """Every call, under the last name of what it calls."""
    calls: dict[str, list[ast.Call]] = {}
    for call in script.all(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        calls.setdefault(name, []).append(call)
    return calls


def handed_over(script: Script, parameter: ast.arg) -> Iterator[Value]:
    """What the calls in a script give for a parameter of one of its functions, or of a class."""
    for given in given_for(script, parameter):
        yield from script.values(given)


def given_for(script: Script, parameter: ast.arg) -> list[ast.expr]:
    """The expressions that the calls in a script give for a parameter, as they are written."""
    function = script.function(parameter)
    return [] if function is None else _arguments(script, function).get(parameter.arg, [])


@remembered_for
def _arguments(script: Script, function: Function) -> dict[str, list[ast.expr]]:
    """What all calls of a function give for each of its parameters."""
    holder = script.parent(function)
    called = holder if isinstance(holder, ast.ClassDef) and function.name == "__init__" else function
    names = [argument.arg for argument in function.args.args][int(isinstance(holder, ast.ClassDef)) :]
    found: dict[str, list[ast.expr]] = {name: [] for name in names}
    for call in calls_by_name(script).get(called.name, ()):
        by_name = {keyword.arg: keyword.value for keyword in reversed(call.keywords)}
        for place, name in enumerate(names):
            given = call.args[place] if place < len(call.args) else by_name.get(name)
            if given is not None:
                found[name].append(given)
    return found


def returned(function: ScriptNode) -> Iterator[Value]:
    """What a function of the script, or of a neighbour, may return."""
    for part in returned_expressions(function.script, function.node):
        yield from function.script.values(part)


@remembered_for
def returned_expressions(script: Script, function: ast.AST) -> list[ast.expr]:
    """What a function returns, as it is written; of several values each."""
    results = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return [part for result in results for part in (result.elts if isinstance(result, ast.Tuple) else [result])]


def called_functions(script: Script, call: ast.Call) -> Iterator[ScriptNode]:
    """The functions and methods in sight that a call may run."""
    for value in script.values(call.func):
        if isinstance(value, ScriptNode) and isinstance(value.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield value
    if isinstance(call.func, ast.Attribute):
        yield from methods_named(script, call.func)


def methods_named(script: Script, expression: ast.expr) -> Iterator[ScriptNode]:
    """The methods in sight that `x.name` stands for, of classes of the script."""
    if not isinstance(expression, ast.Attribute):
        return
    receiver = expression.value
    is_self = isinstance(receiver, ast.Name) and receiver.id == "self"
    for holder in [script.class_of(expression)] if is_self else _classes(script, receiver):
        for part in holder.body if holder is not None else ():
            if isinstance(part, ast.FunctionDef) and part.name == expression.attr:
                yield ScriptNode(script, part)


def _classes(script: Script, receiver: ast.expr) -> list[ast.ClassDef | None]:
    made = [(v.script, v.node) for v in script.values(receiver) if isinstance(v, ScriptNode) and isinstance(v.node, ast.Call)]
    kinds = [kind for where, call in made for kind in where.values(call.func)]
    return [
        kind.node
        for kind in kinds
        if isinstance(kind, ScriptNode) and kind.script is script and isinstance(kind.node, ast.ClassDef)
    ]
