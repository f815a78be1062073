"""The modules beside a script, each read and parsed once, whoever imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from raylift.libraries import NEVER_BESIDE
from raylift.script.facts import Facts
from raylift.script.tree import Parsed

if TYPE_CHECKING:
    from raylift.script import Script


Neighbours = Callable[[str, int], "bytes | None"]
"""Reads the source of a module beside the script: (dotted name, relative-import level) -> bytes, or None."""

ModulePlace = tuple[str, int]
"""Where a module lies, as the script would import it: its dotted name and the level of a relative import."""


class Modules(Protocol):
    """What a script can see of its project."""

    facts: Facts

    def module(self, name: str, importer: Script) -> Script | None:
        """The module that a script imports under a name, dots first where relative; None if it is not of the project."""

    def importers(self, script: Script) -> Iterable[Script]:
        """The modules of the project that import a script, whether by itself or through others."""

    def started_names(self, script: Script) -> frozenset[str]:
        """The names of a script that the project's metadata makes commands of."""

    def parsed(self, source: bytes) -> Parsed:
        """A source as a syntax tree, whichever files hold it."""


class ProjectScripts(Modules, Protocol):
    """A project on disk."""

    def at(self, path: str, source: bytes) -> Script:
        """The script at a path, whose bytes are at hand; raises what parsing raises."""

    def shown(self, path: str) -> str:
        """A path of the project, from its top."""


def no_neighbours(name: str, level: int) -> bytes | None:
    """A script read from standard input has no neighbours."""
    return None


class NeighbourModules:
    """What stands beside one script that is read by a function; shared by the script and all its neighbours."""

    def __init__(self, read: Neighbours) -> None:
        self._read = read
        self._sources: dict[bytes, Parsed] = {}
        self._scripts: dict[ModulePlace, Script | None] = {}
        self._places: dict[Script, ModulePlace] = {}
        self.facts = Facts()

    def parsed(self, source: bytes) -> Parsed:
        """A source as a syntax tree, whichever places hold it."""
        if source not in self._sources:
            self._sources[source] = Parsed(source)
        return self._sources[source]

    def module(self, name: str, importer: Script) -> Script | None:
        """The first module at the places where the name may lie."""
        scripts = (self._at(place, importer) for place in module_places(name, self._places.get(importer)))
        return next((script for script in scripts if script is not None), None)

    def importers(self, script: Script) -> Iterable[Script]:
        """None: who imports a script is not to be seen from beside it."""
        return ()

    def started_names(self, script: Script) -> frozenset[str]:
        """None, for want of a project."""
        return frozenset()

    def _at(self, place: ModulePlace, importer: Script) -> Script | None:
        if place not in self._scripts:
            self._scripts[place] = None
            source = self._read(*place)
            if source is not None:
                try:
                    script = importer.beside(source)
                except (SyntaxError, ValueError, RecursionError):
                    return None
                self._scripts[place] = script
                self._places[script] = place
        return self._scripts[place]


def module_places(module: str, importer: ModulePlace | None) -> Iterator[ModulePlace]:
    """Where a module may lie that `importer` imports, dots first where relative; None is the script itself.

    Whether the importer is a package or a module is not known: a relative name is tried below it, then beside it.
    """
    level = len(module) - len(module.lstrip("."))
    name = module[level:]
    if level == 0:
        if name.partition(".")[0] not in NEVER_BESIDE:
            yield name, 0
    elif importer is None:
        yield name, level
    else:
        parts = importer[0].split(".")
        for up in (level - 1, level):
            if up <= len(parts):
                yield ".".join([*parts[: len(parts) - up], *([name] if name else [])]), importer[1]


class InProject(NamedTuple):
    """Where a script stands: its project, its path, whether the user named it, and which files are lifted along with it."""

    modules: ProjectScripts
    path: str
    is_named: bool
    is_given: Callable[[str], bool]

    def script(self, source: bytes) -> Script:
        """The script itself."""
        return self.modules.at(self.path, source)

    def shown(self, path: str) -> str:
        """A path of the project as the reader knows it."""
        return self.modules.shown(path)
