"""Wrong command-line arguments, answered by the driver: the parser that the train function will build is built here, and asked, before Ray starts."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

from raylift_runtime.worker.driver_script import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Function = ast.FunctionDef | ast.AsyncFunctionDef

PARSERS = ("ArgumentParser", "HfArgumentParser", "TrlParser")
PARTS = ("add_argument_group", "add_mutually_exclusive_group")
FILLED = ("add_argument", "set_defaults")
PARSE = ("parse_args", "parse_args_into_dataclasses", "parse_args_and_config")
FILES = (".json", ".yaml", ".yml")


def check_arguments(function: Callable[..., Any], argv: Sequence[str]) -> None:
    """Ends the process as the script's own parser would, with its usage and status 2, where it will not take `argv`.

    Says nothing where that parser is not in sight, or is filled by code that is: the workers will answer then.
    """
    module = sys.modules.get(getattr(function, "__module__", "") or "")
    functions = _functions_of(module)
    train = functions.get(getattr(function, "__name__", ""))
    if module is None or train is None:
        return
    reached = list(_reached(train, functions))
    _ask_commands(reached[:1], vars(module), argv)
    found = [(each, call) for each in reached for call in _calls(each) if _method(call) in PARSE]
    if len(found) == 1 and not _reads_files(argv) and not any(map(_changes_argv, reached)):
        parser = _parser(*found[0], dict(vars(module)))
        if parser is not None:
            _parse(parser, argv)


def _functions_of(module: Any) -> dict[str, Function]:
    """The top-level functions of a module, by name; none where its source is out of reach."""
    path = getattr(module, "__file__", None)
    body: list[ast.stmt] = []
    with contextlib.suppress(Exception):  # a source that cannot be read is no reason to stop a run
        body = ast.parse(source_of(module, path)).body if path else []
    return {node.name: node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _calls(function: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _reached(train: Function, functions: dict[str, Function]) -> Iterator[Function]:
    """The train function and those that it calls by their names, directly or through others."""
    waiting, seen = [train], {train.name}
    for function in waiting:
        yield function
        for call in _calls(function):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in functions and name not in seen:
                seen.add(name)
                waiting.append(functions[name])


def _reads_files(argv: Sequence[str]) -> bool:
    """Whether arguments may come from files, which complete what the command line lacks."""
    beside = os.path.splitext(sys.argv[0])[0] + ".args"
    return "--config" in argv or os.path.exists(beside) or (len(argv) == 1 and argv[0].endswith(FILES))


def _changes_argv(function: Function) -> bool:
    """Whether a function writes a command line of its own."""
    targets = [target for node in ast.walk(function) if isinstance(node, ast.Assign) for target in node.targets]
    methods = [call.func.value for call in _calls(function) if isinstance(call.func, ast.Attribute)]
    return any(ast.unparse(each).startswith("sys.argv") for each in targets) or any(
        ast.unparse(each) == "sys.argv" for each in methods
    )


def _parser(function: Function, parse: ast.Call, names: dict[str, Any]) -> Any:
    """The parser that a function will ask, built from the statements that make and fill it; None if others may fill it, too."""
    before = []
    for statement in function.body:
        if any(node is parse for node in ast.walk(statement)):
            break
        before.append(statement)
    own = parse.func.value if isinstance(parse.func, ast.Attribute) else None
    if parse.args or parse.keywords or not isinstance(own, ast.Name) or len(before) == len(function.body):
        return None
    held: set[str] = set()
    kept: list[ast.stmt] = []
    for statement in before:
        made = _makes(statement, held)
        if made or _fills(statement, held):
            held |= {made} if made else set()
            kept.append(statement)
        elif any(isinstance(node, ast.Name) and node.id in held for node in ast.walk(statement)):
            return None
    if own.id not in held:
        return None
    with contextlib.suppress(Exception):  # what needs more than the module's own names is left to the workers
        exec(compile(ast.Module(kept, []), "<arguments>", "exec"), names)  # noqa: S102  # statements of the script itself
        return names[own.id]
    return None


def _makes(statement: ast.stmt, held: set[str]) -> str:
    """The name that a statement binds to a new parser, or to a group of one."""
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)):
        return ""
    call = statement.value
    if not isinstance(call, ast.Call):
        return ""
    name = ast.unparse(call.func)
    of_parser = any(name == f"{each}.{part}" for each in held for part in PARTS)
    return statement.targets[0].id if of_parser or name.rpartition(".")[2] in PARSERS else ""


def _fills(statement: ast.stmt, held: set[str]) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and any(ast.unparse(call.func) == f"{each}.{name}" for each in held for name in FILLED)


def _parse(parser: Any, argv: Sequence[str]) -> None:
    import argparse

    with contextlib.suppress(Exception):
        argparse.ArgumentParser.parse_args(parser, list(argv))


def _ask_commands(functions: Sequence[Function], names: dict[str, Any], argv: Sequence[str]) -> None:
    """Lets a command of click or typer that a train function calls read its arguments, without running it."""
    for call in (call for function in functions for call in _calls(function)):
        given: Any = names.get(call.func.id) if isinstance(call.func, ast.Name) and not (call.args or call.keywords) else None
        command: Any = (
            vars(sys.modules[type(given).__module__])["get_command"](given) if type(given).__name__ == "Typer" else given
        )
        if not (hasattr(command, "make_context") and hasattr(command, "params")):
            continue
        if any(getattr(parameter, "prompt", None) for parameter in command.params):
            continue
        try:
            command.make_context(os.path.basename(sys.argv[0]), list(argv)).close()
        except Exception as error:  # noqa: BLE001  # click's own errors know how to show themselves
            if hasattr(error, "show") and hasattr(error, "exit_code"):
                error.show()
                sys.exit(error.exit_code)
