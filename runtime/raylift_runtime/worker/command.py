"""A command of a script that does nothing but launch workers: each worker starts it once more, as its own process would.

    @app.command()
    def finetune(path: Path):
        def train_func():
            ...                                    here the worker trains, within the command

        ray_trainer = TorchTrainer(train_func, ...)
        result = ray_trainer.fit()

What the command line has set up before, a seed or a log, is there; what cannot be sent, a console or an open file, need not be.
"""

from __future__ import annotations

import ast
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raylift_runtime.worker.driver_script import drives_ray, executed, guard_at, source_of

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = frozenset({"confirm", "confirmation_option", "getpass", "input", "password_option", "prompt"})
"""What asks the user, who sits at the driver."""


class CommandTrained(BaseException):
    """Leaves a command, and the program that started it, once it has trained; no handler of errors is meant to see it."""


@dataclass(frozen=True)
class Command:
    """The script whose guard starts the command line, by its text."""

    path: str
    source: bytes
    package: str | None

    def function(self) -> Callable[[], None]:
        """What starts the program in this process, up to the train function of its command."""
        return self._start

    def _start(self) -> None:
        _Here.is_started = True
        try:
            executed(self.path, self.source, self.package, ast.parse(self.source))
        except CommandTrained:
            return
        raise RuntimeError("the command line has ended without training: on the driver it had come to a training")


class _Here:
    """What this process knows of itself."""

    is_started = False


def is_started_again() -> bool:
    """Whether this process is a worker within such a program: its TorchTrainer trains here."""
    return _Here.is_started


def command_of(function: Callable[..., Any]) -> Command | None:
    """The running program, where this train function is that of a command which only launches it, started by the program's guard.

    The command may stand in a module that the program of a package imports. None where it asks its user something, or drives Ray
    in any other way.
    """
    main, module = sys.modules["__main__"], sys.modules.get(getattr(function, "__module__", None) or "")
    path, beside = getattr(main, "__file__", None), getattr(module, "__file__", None)
    outer, _, inner = getattr(function, "__qualname__", "").partition(".<locals>.")
    if (
        module is None
        or not inner
        or "." in outer + inner
        or not (path and os.path.isfile(path) and beside and os.path.isfile(beside))
    ):
        return None
    source = source_of(main, path)
    own = ast.parse(source_of(module, beside))
    found = next((node for node in own.body if isinstance(node, ast.FunctionDef) and node.name == outer), None)
    only_launches = found is not None and _only_launches(found, inner) and guard_at(ast.parse(source), main) is not None
    if not only_launches or drives_ray(own) or _asks_somebody(own):
        return None
    return Command(os.path.abspath(path), source, getattr(main, "__package__", None))


def _only_launches(command: ast.FunctionDef, name: str) -> bool:
    """Whether a function defines a train function, makes a trainer of it and runs that, and does nothing else."""
    body = command.body[1:] if ast.get_docstring(command) is not None else command.body
    if len(body) not in (3, 4) or not isinstance(body[0], ast.FunctionDef) or body[0].name != name:
        return False
    made, fitted = body[1:3]
    last = body[3:]
    is_made = isinstance(made, ast.Assign) and isinstance(made.value, ast.Call) and _takes_only(made.value, name)
    is_fitted = isinstance(fitted, ast.Assign) and isinstance(fitted.value, ast.Call) and _method(fitted.value) == "fit"
    return is_made and is_fitted and all(isinstance(each, ast.Return) for each in last)


def _takes_only(made: ast.Call, name: str) -> bool:
    """Whether a trainer is made of a train function, and of no datasets, which the driver alone makes and hands over."""
    given = [node.id for node in made.args if isinstance(node, ast.Name)]
    return given == [name] and all(keyword.arg != "datasets" for keyword in made.keywords)


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _asks_somebody(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ASKED and getattr(node.value, "value", True):
            return True
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if name in ASKED:
            return True
    return False
