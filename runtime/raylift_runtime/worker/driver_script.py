"""The driver's script, so that a worker can start from it as a process of `multiprocessing`'s spawn does."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import linecache
import os
import symtable
import sys
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Script:
    """A main module by its text, and the train function in it by its qualified name."""

    path: str
    source: bytes
    package: str | None
    function: str

    def run(self) -> types.ModuleType:
        """Runs the script's top level in this process without its `__main__` guard, and makes it the main module.

        It is called `__main__` while it runs, as under torchrun: what it defines can be pickled and looked up by that name, and
        libraries that ask where a function comes from, Hydra for one, are told the script's own path.
        """
        tree = ast.parse(self.source)
        tree.body = [statement for statement in tree.body if not _is_main_guard(statement)]
        return executed(self.path, self.source, self.package, tree)

    def train_function(self, module: types.ModuleType) -> Callable[..., Any]:
        """The train function in a module that `run` returned."""
        found: Callable[..., Any] = _attribute(module, self.function)
        return found


def executed(path: str, source: bytes, package: str | None, tree: ast.Module) -> types.ModuleType:
    """A new main module in which this tree of the driver's script has run."""
    module = types.ModuleType("__main__")
    module.__file__, module.__package__ = path, package
    sys.modules["__main__"] = module
    _show_in_tracebacks(path, source)
    code = compile(tree, path, "exec", dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102  # the driver's own script, as Python's spawn runs it again
    return module


def driver_script(function: Callable[..., Any]) -> Script | None:
    """The running script, if workers can start from it again: the call stack passes its `__main__` guard, it holds the function.

    None for closures, lambdas, notebooks, unguarded scripts, scripts whose top level drives Ray, and where a function reads a name that only the guard binds.
    """
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    name = getattr(function, "__qualname__", "")
    if not path or not os.path.isfile(path) or getattr(function, "__module__", None) != "__main__":
        return None
    if _attribute(main, name) is not function:
        return None
    source = source_of(main, path)
    tree = ast.parse(source)
    guard = guard_at(tree, main)
    if guard is None or drives_ray(tree, guard) or _bound_in(guard) & _globals_of_functions(source, path):
        return None
    return Script(os.path.abspath(path), source, getattr(main, "__package__", None), name)


def running_script() -> tuple[str, bytes] | None:
    """The path and the text of what this process runs; None in a notebook or a console."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    return (os.path.abspath(path), source_of(main, path)) if path and os.path.isfile(path) else None


def source_of(module: types.ModuleType, path: str) -> bytes:
    """The text that runs under this path; where a tool runs a changed copy, its loader knows better than the file."""
    loader = getattr(module, "__loader__", None)
    if isinstance(loader, importlib.machinery.SourceFileLoader):
        return loader.get_data(path)
    with open(path, "rb") as file:
        return file.read()


def _attribute(module: types.ModuleType, qualified_name: str) -> Any:
    value: Any = module
    for part in qualified_name.split("."):
        value = getattr(value, part, None)
    return value


def _line_in(module: types.ModuleType) -> int:
    """The line of the module's top level that is being executed, 0 if none is."""
    frame: types.FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals is vars(module):
            return frame.f_lineno
        frame = frame.f_back
    return 0


def guard_at(tree: ast.Module, main: types.ModuleType) -> ast.If | None:
    """The `__main__` guard of a script that the main module is within now."""
    line = _line_in(main)
    for statement in tree.body:
        if _is_main_guard(statement) and statement.body[0].lineno <= line <= (statement.body[-1].end_lineno or 0):
            return statement
    return None


def _is_main_guard(statement: ast.stmt) -> TypeGuard[ast.If]:
    if not isinstance(statement, ast.If):
        return False
    tests = statement.test.values if isinstance(statement.test, ast.BoolOp) else [statement.test]
    return any(isinstance(test, ast.Compare) and _compares_main(test) for test in tests)


def _compares_main(test: ast.Compare) -> bool:
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    return isinstance(test.ops[0], ast.Eq) and named and main


def drives_ray(tree: ast.Module, guard: ast.If | None = None) -> bool:
    """Whether a script does what only the driver may, `ray.init(...)` or reading data with `ray.data`: anywhere, or before its guard at the top level."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) if guard else ()
    outside = [node for node in tree.body if not isinstance(node, inner) and node is not guard]
    calls = (node.func for statement in outside for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(ast.unparse(called).startswith("ray.") for called in calls)


def _bound_in(guard: ast.If) -> set[str]:
    names = {node.id for node in ast.walk(guard) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(guard):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
    return names


def _globals_of_functions(source: bytes, path: str) -> set[str]:
    def scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        for child in table.get_children():
            yield child
            yield from scopes(child)

    top = symtable.symtable(importlib.util.decode_source(source), path, "exec")
    return {symbol.get_name() for scope in scopes(top) for symbol in scope.get_symbols() if symbol.is_global()}


def _show_in_tracebacks(path: str, source: bytes) -> None:
    if "".join(linecache.getlines(path)).encode() != source:
        lines = source.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[path] = (len(source), None, lines, path)
