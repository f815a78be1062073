"""Where a module that a script imports lies in its project, found as Python would find it, and never imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from raylift.libraries import NEVER_BESIDE

PROJECT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


@cache
def project_root(folder: str) -> str:
    """The top of the project that an absolute folder is part of: where its marks are, else the folder that holds its package."""
    above = folder
    while not is_marked(above):
        if os.path.dirname(above) == above:
            return list(_above_package(folder))[-1]
        above = os.path.dirname(above)
    return above


def project_root_of(path: str, given: str) -> str:
    """The top of a file's project; the folder that the user gave, where that holds it and nothing tells where the project ends."""
    root = project_root(os.path.dirname(path))
    return given if given and root.startswith(given + os.sep) and not is_marked(root) else root


def is_marked(folder: str) -> bool:
    """Whether a folder is the top of a project."""
    return any(os.path.exists(os.path.join(folder, mark)) for mark in PROJECT_MARKS)


def _above_package(folder: str) -> Iterator[str]:
    yield folder
    while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        yield folder


class ModulePaths:
    """Finds modules by path, and lists each folder once."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._names: dict[str, frozenset[str]] = {}

    def find(self, module: str, importer: str, more_roots: tuple[str, ...] = ()) -> str | None:
        """The file of a module as a script imports it, dots first where relative; None if the project has none."""
        name = module.lstrip(".")
        level = len(module) - len(name)
        folder = os.path.dirname(importer)
        if level == 0:
            if not name or name.partition(".")[0] in NEVER_BESIDE:
                return None
            return next(filter(None, (self._below(root, name) for root in (*more_roots, *self._roots(folder)))), None)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return self._below(folder, name)

    def _roots(self, folder: str) -> Iterator[str]:
        """The script's folder and those above it, up to the top of the project, and its `src`."""
        yield folder
        while folder != self.root and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
            yield folder
        yield os.path.join(self.root, "src")

    def _below(self, folder: str, name: str) -> str | None:
        *packages, last = name.split(".") if name else [""]
        for package in packages:
            if package not in self._names_in(folder):
                return None
            folder = os.path.join(folder, package)
        names = self._names_in(folder)
        if last and last in names and "__init__.py" in self._names_in(inner := os.path.join(folder, last)):
            return os.path.join(inner, "__init__.py")  # a package wins over a module of its name
        if last:
            return os.path.join(folder, f"{last}.py") if f"{last}.py" in names else None
        return os.path.join(folder, "__init__.py") if "__init__.py" in names else None

    def _names_in(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(os.listdir(folder))
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]
