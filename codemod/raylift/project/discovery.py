"""Which files the paths of a command line mean."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from raylift.project.files import BadInput, reason
from raylift.project.gitignore import Ignore, ignores_above, read_ignore
from raylift.project.settings_file import project_in, project_of
from raylift.request import STANDARD_INPUT, Request

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})


NOTEBOOK = ".ipynb"


def is_notebook_path(path: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return path.endswith(NOTEBOOK)


def is_notebook_file(path: str, source: bytes) -> bool:
    """Whether a file is a notebook; what comes on standard input has no name, so its first bytes tell."""
    return is_notebook_path(path) or (path == STANDARD_INPUT and source.lstrip()[:1] == b"{" and b'"nbformat"' in source)


class FoundFile(NamedTuple):
    """A file to look at; `root` is the folder that the user named, or "" where it was the file itself."""

    path: str
    root: str = ""


def found_files(path: str, request: Request) -> Iterator[FoundFile]:
    """The Python files and notebooks that a path of the command line means, without those of an earlier output; BadInput where none is."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise BadInput(reason(error)) from None
    if not stat.S_ISDIR(mode):
        yield FoundFile(path)
        return
    written = None if request.output is None else os.path.realpath(request.output) + os.sep
    nothing = True
    for file in _walk(path, rules_above(path, request), (".py", NOTEBOOK), is_root=True):
        nothing = False
        if written is None or not os.path.realpath(file).startswith(written):
            yield FoundFile(file.removeprefix("./"), root=path)
    if nothing:
        raise BadInput("no Python file and no notebook in this folder")


def _walk(
    folder: str, rules: IgnoreRules, endings: str | tuple[str, ...], is_root: bool, budget: Budget | None = None
) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        if is_root:
            raise BadInput(reason(error)) from None
        return
    if budget is not None and budget.is_spent_by(len(entries)):
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
                yield from _walk(entry.path, below, endings, False, budget)
        elif name.endswith(endings) and entry.is_file() and not is_hidden(rules, name, is_folder=False):
            yield entry.path


class Budget:
    """How many entries of folders may still be looked at: a project may lie in a home folder, or hold its data."""

    def __init__(self, entries: int) -> None:
        self._left = entries

    def is_spent_by(self, count: int) -> bool:
        """Whether so many more are too many."""
        self._left -= count
        return self._left < 0


def python_files(folder: str, budget: Budget) -> Iterator[str]:
    """The Python files of a project, as far as a budget goes, without what git ignores and its settings exclude."""
    try:
        yield from _walk(folder, rules_above(folder, Request("check", ())), ".py", is_root=False, budget=budget)
    except BadInput:  # its settings are wrong, which whoever lifts a file there is told
        return


IgnoreRules = list[tuple[Ignore, str]]
"""Each with the path of the folder at hand as the rules see it: "" or "a/b/"."""


def rules_above(folder: str, request: Request) -> IgnoreRules:
    """What holds in a folder before anything in it is read; raises BadSettings."""
    top = os.path.abspath(folder)
    excludes = _excludes(os.path.dirname(top), request)  # the folder's own come with `rules_in`
    return [*ignores_above(folder), *((ignore, _below(top, base)) for ignore, base in excludes)]


def rules_in(folder: str, names: set[str]) -> Iterator[Ignore]:
    """The rules that a folder brings with it; raises BadSettings."""
    if ".gitignore" in names and (ignore := read_ignore(folder)) is not None:
        yield ignore
    if "pyproject.toml" in names and (project := project_in(os.path.abspath(folder))) is not None and project.exclude:
        yield Ignore("\n".join(project.exclude))


def is_hidden(rules: IgnoreRules, name: str, is_folder: bool) -> bool:
    """Whether an entry of the folder at hand is not looked at; the rules that lie deepest decide."""
    for ignore, prefix in reversed(rules):
        verdict = ignore.verdict(prefix + name, name, is_folder)
        if verdict is not None:
            return verdict
    return False


def is_excluded(path: str, request: Request) -> bool:
    """Whether the project or the user excludes a file, or a folder above it, by name; git's rules do not count here."""
    file = os.path.abspath(path)
    return any(ignore.hides(os.path.relpath(file, base)) for ignore, base in _excludes(os.path.dirname(file), request))


def _excludes(folder: str, request: Request) -> Iterator[tuple[Ignore, str]]:
    """The excludes of a folder's project and of the command line, each with the folder that they speak of."""
    project = project_of(folder)
    if project is not None and project.exclude:
        yield Ignore("\n".join(project.exclude)), project.folder
    if request.exclude:
        yield Ignore("\n".join(request.exclude)), os.getcwd()


def _below(folder: str, base: str) -> str:
    below = os.path.relpath(folder, base)
    return "" if below == os.curdir or below.startswith(os.pardir) else f"{below}/"
