"""What of a command cannot be sent to workers: stock Ray pickles its body with all that this reads, and runs nothing else there.

The bundled runtime starts the command line once more on each worker, unless that asks its user something.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from raylift.script import Script, ScriptNode
from raylift.script.reach import reached
from raylift.script.scopes import FUNCTIONS, Function
from raylift.script.syntax import call_name, own_nodes

LIVE = re.compile(
    r"""^(builtins\.open$ | io\.open$ | multiprocessing\. | queue\.\w*Queue$ | rich\.(\w+\.)*(Console|Live|Progress|Status|get_console)$ | socket\.
    | sqlite3\.connect$ | tensorboardX\. | threading\. | torch\.utils\.tensorboard\. | tqdm\.)""",
    re.VERBOSE,
)
"""What makes objects of this process alone, which cannot be pickled."""
FILES = re.compile(r"^(click(\.\w+)*\.File|typer(\.\w+)*\.File(BinaryRead|BinaryWrite|Text|TextWrite))$")
EXIT = re.compile(r"^(click|typer)(\.\w+)*\.Exit$")
SEEDS = re.compile(r"(^|\.)(manual_seed|seed|seed_everything|set_seed)$")
ASKED = frozenset({"confirm", "confirmation_option", "getpass", "input", "password_option", "prompt"})
REMEDY = "or lift for the bundled runtime, whose workers start a command line themselves that asks its user nothing"


def asks_somebody(script: Script) -> bool:
    """Whether a command line asks its user, who sits at the driver: no worker can start it once more."""
    keywords = (keyword for call in script.all(ast.Call) for keyword in call.keywords if keyword.arg in ASKED)
    calls = (call for call in script.all(ast.Call) if call_name(call) in ASKED)
    return any(getattr(each.value, "value", True) for each in keywords) or any(True for _ in calls)


class Unsendable(NamedTuple):
    """Why a command cannot be sent: the line of the cause, what it is, and what to do by hand."""

    line: int
    text: str
    remedy: str


def unsendable(script: Script, command: Function) -> Iterator[Unsendable]:
    """What a body reads that cannot be pickled, and where it relies on what only the driver's command line has set up."""
    trains = f"the command `{command.name}` trains, but"
    functions = [
        found.node for found in reached(script, command.body) if found.script is script and isinstance(found.node, FUNCTIONS)
    ]
    for name, line in _live(script, command, functions):
        text = f"{trains} reads `{name}` of line {line}, which cannot be sent to a worker"
        yield Unsendable(command.lineno, text, f"make it where it is used, {REMEDY}")
    if name := _open_file(script, command):
        text = f"{trains} is given `{name}` as an open file, which cannot be sent to a worker"
        yield Unsendable(command.lineno, text, f"take its path, {REMEDY}")
    for node in _plain_exits(script, command):
        text = f"`{ast.unparse(node)}` ends the command `{command.name}` with success, and would be a failure on a worker"
        yield Unsendable(node.lineno, text, f"write `return`, {REMEDY}")
    for group in _groups(script):
        for call in (node for node in ast.walk(group) if isinstance(node, ast.Call)):
            if SEEDS.search(ast.unparse(call.func)):
                text = f"`{group.name}` sets a seed before the command `{command.name}` trains, but on the driver alone"
                yield Unsendable(call.lineno, text, f"set it where the command trains, {REMEDY}")


def _plain_exits(script: Script, command: Function) -> Iterator[ast.Raise]:
    """Where a body leaves its command with success by an exception of click's, which would be a failure on a worker."""
    for node in own_nodes(command):
        call = node.exc if isinstance(node, ast.Raise) else None
        code = [*call.args, *(keyword.value for keyword in call.keywords)] if isinstance(call, ast.Call) else []
        named = script.names(call.func if isinstance(call, ast.Call) else call) if call is not None else frozenset()
        if isinstance(node, ast.Raise) and any(map(EXIT.match, named)) and all(getattr(each, "value", 1) == 0 for each in code):
            yield node


def _live(script: Script, command: Function, functions: list[Function]) -> Iterator[tuple[str, int]]:
    """The module's names for such objects that a command and what it calls read, each with the line that makes it."""
    for function in dict.fromkeys([command, *functions]):
        for node in ast.walk(function):
            if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
                continue
            if script.scope(node).owner(node.id) is not script.globals:
                continue
            made = [value.node for value in script.values(node) if isinstance(value, ScriptNode) and value.script is script]
            calls = (call for call in made if isinstance(call, ast.Call))
            yield from ((node.id, call.lineno) for call in calls if any(map(LIVE.match, script.names(call.func))))


def _open_file(script: Script, command: Function) -> str:
    """The parameter that click or typer opens, where the body uses one; empty if none is."""
    arguments = [*command.args.posonlyargs, *command.args.args, *command.args.kwonlyargs]
    opened = [arg.arg for arg in arguments if arg.annotation is not None and _is_file(script, arg.annotation)]
    for decorator in command.decorator_list:
        if isinstance(decorator, ast.Call) and any(_is_file(script, keyword.value) for keyword in decorator.keywords):
            names = [str(node.value) for node in decorator.args if isinstance(node, ast.Constant)]
            opened += [arg.arg for arg in arguments if arg.arg in [name.strip("-").replace("-", "_") for name in names]]
    read = {node.id for statement in command.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return next((name for name in opened if name in read), "")


def _is_file(script: Script, expression: ast.expr) -> bool:
    named = (name for part in ast.walk(expression) if isinstance(part, (ast.Name, ast.Attribute)) for name in script.names(part))
    return any(map(FILES.match, named))


def _groups(script: Script) -> Iterator[Function]:
    """The functions that run before any command of their group."""
    for node in script.tree.body:
        for decorator in node.decorator_list if isinstance(node, FUNCTIONS) else ():
            named = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(named, ast.Attribute) and named.attr in ("callback", "group") and isinstance(node, FUNCTIONS):
                yield node
