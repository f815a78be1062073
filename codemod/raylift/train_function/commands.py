"""Which functions of a script are commands: what its user starts from a shell, each by its own name.

@app.command()      cli.add_command(fit)      fire.Fire({"fit": fit})      parser.set_defaults(func=fit)      [project.scripts]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, ScriptNode, remembered
from raylift.script.scopes import FUNCTIONS, Function

COMMAND_PACKAGES = ("click", "typer", "rich_click", "asyncclick", "cloup")
GROUPS = ("Typer", "Group", "group")


@remembered
def command_functions(script: Script) -> list[Function]:
    """The top-level functions that a command line starts, in the order of the source."""
    started = script.modules.started_names(script)
    found = {function for call in script.all(ast.Call) for function in _handed_to_command_line(script, call)}
    return [
        node
        for node in script.tree.body
        if isinstance(node, FUNCTIONS)
        and (node in found or node.name in started or any(_makes_command(script, part) for part in node.decorator_list))
    ]


def is_started_by_metadata(script: Script, function: Function) -> bool:
    """Whether the project's metadata makes a command of a function, which no guard of its file then starts."""
    return function.name in script.modules.started_names(script)


def _makes_command(script: Script, decorator: ast.expr) -> bool:
    """`@app.command()`, `@click.command`, `@group.command("name")`."""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(named, ast.Attribute) or named.attr != "command":
        return False
    return any(name.startswith(COMMAND_PACKAGES) for name in script.names(named)) or _is_group(script, named.value)


def _is_group(script: Script, receiver: ast.expr) -> bool:
    """Whether an expression is a typer application or a click group, as far as can be seen."""
    for value in script.values(receiver):
        if not isinstance(value, ScriptNode):
            continue
        if isinstance(value.node, ast.Call):
            made_by = value.script.names(value.node.func)
            if any(name.startswith(COMMAND_PACKAGES) and name.endswith(GROUPS) for name in made_by):
                return True
        elif isinstance(value.node, FUNCTIONS):
            named = [part.func if isinstance(part, ast.Call) else part for part in value.node.decorator_list]
            if any(isinstance(part, ast.Attribute) and part.attr == "group" for part in named):
                return True
    return False


def _handed_to_command_line(script: Script, call: ast.Call) -> Iterator[Function]:
    """The functions among what a call makes commands of."""
    called = script.names(call.func)
    given: list[ast.expr] = []
    if not called.isdisjoint(("fire.Fire", "typer.run")):
        given = call.args[:1]  # without any, every helper of the module is one: the block that calls it launches
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "set_defaults":
        given = [keyword.value for keyword in call.keywords]
    elif isinstance(call.func, ast.Call) and _makes_command(script, call.func):
        given = call.args
    for expression in given:
        yield from _functions(script, expression)


def _functions(script: Script, expression: ast.expr) -> Iterator[Function]:
    """The functions of the script that an expression stands for, or holds as values of a dict."""
    for value in script.values(expression):
        if isinstance(value, ScriptNode) and value.script is script:
            if isinstance(value.node, FUNCTIONS):
                yield value.node
            elif isinstance(value.node, ast.Dict):
                for part in value.node.values:
                    yield from _functions(script, part) if not isinstance(part, ast.Dict) else ()
