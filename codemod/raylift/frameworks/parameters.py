"""What the functions of a script are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, Value


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
