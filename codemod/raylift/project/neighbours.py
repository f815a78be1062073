"""Reads the modules that a script could import from its project; never imports them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from raylift.project.files import BadInput, read_file

PROJECT_MARKS = (".git", "pyproject.toml", "setup.py")
LARGEST_NEIGHBOUR = 2_000_000
"""Bytes; a module beside the script that is larger is data, not something that defines a Trainer."""
MOST_NEIGHBOURS = 64
"""Answers to one script; a library's modules import each other in circles, and would be followed for minutes."""


def neighbours_of(path: str) -> Callable[[str, int], bytes | None]:
    """Reads modules that the script could import from its project; never imports them."""
    folder = os.path.dirname(os.path.abspath(path))
    left = MOST_NEIGHBOURS

    def neighbour(name: str, level: int) -> bytes | None:
        nonlocal left
        if left == 0:
            return None
        for root in _roots(folder) if level == 0 else [_up(folder, level - 1)]:
            for tail in (".py", "/__init__.py") if name else ("__init__.py",):
                candidate = os.path.join(root, name.replace(".", "/") + tail)
                if (source := _small_source(candidate)) is not None:
                    left -= 1
                    return source
        return None

    return neighbour


def _up(folder: str, levels: int) -> str:
    for _ in range(levels):
        folder = os.path.dirname(folder)
    return folder


def _roots(folder: str) -> Iterator[str]:
    """The script's folder and those above it, up to that which holds its package, or to the top of its project and its `src`."""
    above = [folder]
    while not any(os.path.exists(os.path.join(above[-1], mark)) for mark in PROJECT_MARKS):
        if os.path.dirname(above[-1]) == above[-1]:
            yield from _above_package(folder)
            return
        above.append(os.path.dirname(above[-1]))
    yield from above
    yield os.path.join(above[-1], "src")


def _above_package(folder: str) -> Iterator[str]:
    yield folder
    while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        yield folder


def _small_source(path: str) -> bytes | None:
    try:
        return read_file(path) if os.path.getsize(path) <= LARGEST_NEIGHBOUR else None
    except (OSError, BadInput):
        return None
