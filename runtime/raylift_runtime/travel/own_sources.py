"""The user's own code that a run consists of: the script, and the modules beside it that it imports, as syntax trees."""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Imported = tuple[str, int]  # a module's dotted name, and how many folders up a relative import begins
BODIES = (ast.With, ast.AsyncWith)


def own_roots(path: Sequence[str], script: str) -> list[str]:
    """The folders of an import path in which the user's own modules lie: neither Python's nor those of installed packages."""
    theirs = [sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders = dict.fromkeys([os.path.dirname(os.path.abspath(script)), *map(os.path.abspath, path)])
    return [each for each in folders if os.path.isdir(each) and not _is_below(each, theirs) and "-packages" not in each]


def own_modules(
    script: str, tree: ast.Module, roots: Sequence[str], imports: Callable[[ast.Module], Iterable[Imported]]
) -> dict[str, ast.Module]:
    """The script and every own module that it, or one of those, names in its `imports`: by file."""
    found, waiting = {script: tree}, [script]
    while waiting:
        importer = waiting.pop()
        for imported in imports(found[importer]):
            for file in files_of(imported, importer, roots):
                if file not in found and (parsed := _parsed(file)) is not None:
                    found[file] = parsed
                    waiting.append(file)
    return found


def files_of(imported: Imported, importer: str, roots: Sequence[str]) -> Iterator[str]:
    """The own files that importing a module runs: of its packages and its own; none where it is not the user's."""
    name, level = imported
    folder = os.path.dirname(importer)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    for root in [folder] if level else roots:
        parts, place = name.split(".") if name else [], root
        for part in parts:
            place = os.path.join(place, part)
            file = next((each for each in (f"{place}.py", os.path.join(place, "__init__.py")) if os.path.isfile(each)), None)
            if file is not None:
                yield file


def all_imports(tree: ast.AST) -> Iterator[Imported]:
    """What a module imports anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _named(node)


def certain_imports(body: Iterable[ast.stmt]) -> Iterator[Imported]:
    """What these statements import whenever they run: under no condition, and with nobody who catches that it is not there."""
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from _named(statement)
        elif isinstance(statement, BODIES) or (isinstance(statement, ast.Try) and not statement.handlers):
            yield from certain_imports(statement.body)


def needed_modules(script: str, tree: ast.Module, function: str, roots: Sequence[str]) -> dict[str, str]:
    """The top names of all modules that a worker imports before it trains, each with the file that names it first."""
    main = [*tree.body, *_body_of(tree, function)]
    modules = own_modules(script, tree, roots, lambda module: certain_imports(main if module is tree else module.body))
    needed: dict[str, str] = {}
    for file, module in modules.items():
        for name, level in certain_imports(main if module is tree else module.body):
            top = name.partition(".")[0]
            if not level and top not in sys.stdlib_module_names:
                needed.setdefault(top, file)
    return needed


def _body_of(tree: ast.Module, function: str) -> list[ast.stmt]:
    return next((node.body for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function), [])


def _named(node: ast.Import | ast.ImportFrom) -> Iterator[Imported]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, 0) for alias in node.names)
        return
    module = node.module or ""
    if module:
        yield module, node.level
    yield from ((f"{module}.{alias.name}".lstrip("."), node.level) for alias in node.names if alias.name != "*")


def _parsed(file: str) -> ast.Module | None:
    try:
        with open(file, "rb") as stream:
            return ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return None


def _is_below(folder: str, parents: Iterable[str]) -> bool:
    return any(f"{folder}{os.sep}".startswith(f"{parent}{os.sep}") for parent in parents)
