"""One project as scripts that know each other: every module is read and parsed once, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property

from raylift.project.import_table import ImportTable, small_source
from raylift.project.library_modules import is_part_of_a_library
from raylift.project.module_paths import ModulePaths, project_root, project_root_of
from raylift.project.path_additions import added_roots
from raylift.project.started_names import started_names
from raylift.script import Script
from raylift.script.facts import Facts
from raylift.script.tree import Parsed

MOST_MODULES = 1_500
"""Modules that are parsed for one project; of a larger one the rest is out of sight."""


class ProjectModules:
    """The modules of one project by their real paths, and what is known of them all."""

    def __init__(self, root: str) -> None:
        self.facts = Facts()
        self.paths = ModulePaths(root)
        self.table = ImportTable(self.paths)
        self._scripts: dict[str, Script | None] = {}
        self._roots: dict[Script, tuple[str, ...]] = {}

    def parsed(self, source: bytes) -> Parsed:
        """A source as a syntax tree; each path asks once."""
        return Parsed(source)

    def at(self, path: str, source: bytes) -> Script:
        """The script at a path, whose bytes are at hand; raises what parsing raises."""
        real = os.path.realpath(path)
        known = self._scripts.get(real)
        if known is None or known.source != source:
            known = self._scripts[real] = self._made(real, source)
        return known

    def shown(self, path: str) -> str:
        """A path of the project, from its top."""
        return os.path.relpath(path, os.path.realpath(self.paths.root))

    def module(self, name: str, importer: Script) -> Script | None:
        """The module that a script imports under a name; None if it is not of the project, or is no Python."""
        if importer not in self._roots:
            self._roots[importer] = added_roots(importer.tree, importer.path)
        path = self.paths.find(name, importer.path, self._roots[importer])
        return None if path is None else self._parsed_at(os.path.realpath(path))

    def importers(self, script: Script) -> Iterable[Script]:
        """The modules of the project that import a script, whether by itself or through others, in the order of their paths."""
        paths = sorted(path for path in self.table.all_importers([script.path]) if path != script.path)
        return [importer for importer in map(self._parsed_at, paths) if importer is not None]

    def started_names(self, script: Script) -> frozenset[str]:
        """The names of a script that the project's metadata makes commands of."""
        return frozenset(name for path, name in self._started if path == script.path)

    @cached_property
    def _started(self) -> frozenset[tuple[str, str]]:
        """Each command of the project's metadata, as the file that it names and the name in it."""
        anyone = os.path.join(self.paths.root, "setup.py")
        found = ((self.paths.find(module, anyone), name) for module, name in started_names(self.paths.root))
        return frozenset((os.path.realpath(path), name) for path, name in found if path is not None)

    def _made(self, path: str, source: bytes) -> Script:
        script = Script(source, modules=self, path=path)
        script.is_library = is_part_of_a_library(path, source)
        return script

    def _parsed_at(self, path: str) -> Script | None:
        if path not in self._scripts:
            if len(self._scripts) >= MOST_MODULES:
                return None
            source = small_source(path)
            try:
                self._scripts[path] = None if source is None else self._made(path, source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._scripts[path] = None
        return self._scripts[path]


class ProjectCache:
    """The projects that the files of one run belong to."""

    def __init__(self) -> None:
        self._projects: dict[str, ProjectModules] = {}

    def of(self, path: str, given: str) -> ProjectModules:
        """The project of a file; the folder that the user gave, where that holds it and nothing tells where the project ends."""
        root = project_root_of(path, given)
        if root not in self._projects:
            self._projects[root] = ProjectModules(root)
        return self._projects[root]

    def forget(self) -> None:
        """Nothing is known any more: files may have changed."""
        self._projects.clear()
        project_root.cache_clear()
