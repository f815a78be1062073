"""Which files the paths of a command line mean."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from raylift.files import BadInput, reason
from raylift.hidden import Rules, is_hidden, rules_above, rules_in
from raylift.request import Request

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})


class Found(NamedTuple):
    """A file to look at; `root` is the folder that the user named, or "" where it was the file itself."""

    path: str
    root: str = ""


def find(path: str, request: Request) -> Iterator[Found]:
    """The Python files that a path of the command line means, without those of an earlier output; BadInput where none is."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise BadInput(reason(error)) from None
    if not stat.S_ISDIR(mode):
        yield Found(path)
        return
    written = None if request.output is None else os.path.realpath(request.output) + os.sep
    nothing = True
    for file in _walk(path, rules_above(path, request), is_root=True):
        nothing = False
        if written is None or not os.path.realpath(file).startswith(written):
            yield Found(file.removeprefix("./"), root=path)
    if nothing:
        raise BadInput("no Python file in this folder")


def _walk(folder: str, rules: Rules, is_root: bool) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        if is_root:
            raise BadInput(reason(error)) from None
        return
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names and not is_root:
        return
    rules = [*rules, *((ignore, "") for ignore in rules_in(folder, names))]
    for entry in entries:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if not (name.startswith(".") or name in SKIPPED_FOLDERS or is_hidden(rules, name, is_folder=True)):
                below = [(ignore, f"{prefix}{name}/") for ignore, prefix in rules]
                yield from _walk(entry.path, below, is_root=False)
        elif name.endswith(".py") and entry.is_file() and not is_hidden(rules, name, is_folder=False):
            yield entry.path
