"""Reads the modules that a script could import from its project, for whoever lifts that one script by `raylift.rewrite`."""

from __future__ import annotations

import os

from raylift.project.import_table import small_source
from raylift.project.module_paths import ModulePaths, project_root
from raylift.script.neighbours import Neighbours

MOST_NEIGHBOURS = 64
"""Answers to one script; a library's modules import each other in circles, and would be followed for minutes."""


def neighbours_of(path: str) -> Neighbours:
    """Reads modules that the script could import from its project; never imports them."""
    script = os.path.abspath(path)
    paths = ModulePaths(project_root(os.path.dirname(script)))
    left = MOST_NEIGHBOURS

    def neighbour(name: str, level: int) -> bytes | None:
        nonlocal left
        found = paths.find("." * level + name, script) if left else None
        source = None if found is None else small_source(found)
        left -= source is not None
        return source

    return neighbour
