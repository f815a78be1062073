"""The modules beside a script, each read and parsed once, whoever imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from raylift.libraries import NEVER_BESIDE
from raylift.script.facts import Facts
from raylift.script.tree import Parsed

if TYPE_CHECKING:
    from raylift.script import Script


Neighbours = Callable[[str, int], "bytes | None"]
"""Reads the source of a module beside the script: (dotted name, relative-import level) -> bytes, or None."""

ModulePlace = tuple[str, int]
"""Where a module lies, as the script would import it: its dotted name and the level of a relative import."""


def no_neighbours(name: str, level: int) -> bytes | None:
    """A script read from standard input has no neighbours."""
    return None


class NeighbourModules:
    """What stands beside a script; shared by the script and all its neighbours."""

    def __init__(self, read: Neighbours, sources: dict[bytes, Parsed] | None = None) -> None:
        self._read = read
        self._sources = {} if sources is None else sources
        self._scripts: dict[ModulePlace, Script | None] = {}
        self.facts = Facts()

    def parsed(self, source: bytes) -> Parsed:
        """A source as a syntax tree, whichever files hold it."""
        if source not in self._sources:
            self._sources[source] = Parsed(source)
        return self._sources[source]

    def script(self, place: ModulePlace, parse: Callable[[bytes, ModulePlace], Script]) -> Script | None:
        """The module at a place; None if there is none that can be parsed."""
        if place not in self._scripts:
            self._scripts[place] = None
            source = self._read(*place)
            if source is not None:
                try:
                    self._scripts[place] = parse(source, place)
                except (SyntaxError, ValueError, RecursionError):
                    return None
        return self._scripts[place]


class ModuleCache:
    """What the files of one run share: every source parsed once, and one `Nearby` for all scripts of a folder."""

    def __init__(self) -> None:
        self._sources: dict[bytes, Parsed] = {}
        self._nearby: dict[str, NeighbourModules] = {}

    def beside(self, folder: str, read: Neighbours) -> NeighbourModules:
        """What stands beside the scripts of a folder: which modules they can import depends on nothing else."""
        if folder not in self._nearby:
            self._nearby[folder] = NeighbourModules(read, self._sources)
        return self._nearby[folder]


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
