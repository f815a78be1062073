"""Which modules of a project import which: one pass over its lines, without a syntax tree."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

from raylift.project.discovery import Budget, python_files
from raylift.project.files import BadInput, read_file
from raylift.project.import_lines import imported_modules
from raylift.project.module_paths import ModulePaths

FEW_NAMES = 8
LARGEST_MODULE = 2_000_000
"""Bytes; what is larger is data, not something that defines a Trainer."""
MOST_FILES = 5_000
MOST_ENTRIES = 100_000
"""Python files, and entries of folders, of one project; of a larger tree the rest imports nothing that we see."""


class ImportTable:
    """The imports between the files of a project, each file named by its real path."""

    def __init__(self, paths: ModulePaths) -> None:
        self._paths = paths
        self._imports: dict[str, tuple[str, ...]] = {}

    @property
    def root(self) -> str:
        """The top of the project."""
        return self._paths.root

    def imports(self, path: str) -> tuple[str, ...]:
        """The files of the project that a file imports."""
        if path not in self._imports:
            source = small_source(path) or b""
            roots = _added_roots(source, path) if b"sys.path" in source else ()
            found = (self._paths.find(module, path, roots) for module in imported_modules(source))
            self._imports[path] = tuple(dict.fromkeys(os.path.realpath(each) for each in found if each is not None))
        return self._imports[path]

    def all_imported(self, path: str) -> Iterator[str]:
        """The file and every file of the project that it imports, whether by itself or through others."""
        waiting = [path]
        seen = {path}
        while waiting:
            path = waiting.pop()
            yield path
            more = [each for each in self.imports(path) if each not in seen]
            seen.update(more)
            waiting += more

    def all_importers(self, paths: Iterable[str]) -> Iterator[str]:
        """Some files and every file of the project that imports one, whether by itself or through others."""
        newest = set(paths)
        found: set[str] = set()
        while newest:
            yield from sorted(newest)
            found |= newest
            naming = self._naming(newest)
            newest = {path for path in naming if path not in found and not newest.isdisjoint(self.imports(path))}

    def _naming(self, imported: set[str]) -> Iterable[str]:
        """The files that may import one of some: those whose text names one, where that rules out more than it costs."""
        if len(imported) > FEW_NAMES or len(self._imports) == len(self.files):
            return self.files
        names = re.compile(b"|".join(_as_imported(path) for path in sorted(imported)))
        return [path for path in self.files if names.search(small_source(path) or b"")]

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The Python files of the project, without what its `.gitignore` hides."""
        found = islice(python_files(self._paths.root, Budget(MOST_ENTRIES)), MOST_FILES)
        return tuple(sorted({os.path.realpath(path) for path in found}))


def _as_imported(path: str) -> bytes:
    """What the text of whoever imports a file holds."""
    folder, name = os.path.split(path)
    if name != "__init__.py":
        return re.escape(os.fsencode(name.removesuffix(".py")))
    return re.escape(os.fsencode(os.path.basename(folder))) + rb"|from[ \t]+\."


def _added_roots(source: bytes, path: str) -> tuple[str, ...]:
    import ast  # few files say `sys.path`

    from raylift.project.path_additions import added_roots

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the file's own `\d` is not ours to report
            return added_roots(ast.parse(source), path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def small_source(path: str) -> bytes | None:
    """What a module holds; None where it cannot be read or is too large to be one."""
    try:
        return read_file(path) if os.path.getsize(path) <= LARGEST_MODULE else None
    except (OSError, BadInput):
        return None
