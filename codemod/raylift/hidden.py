"""Which paths of a folder are not looked at: what git ignores, and what the project or the user excludes."""

from __future__ import annotations

import os
from collections.abc import Iterator

from raylift.gitignore import Ignore, ignores_above, read_ignore
from raylift.project import project_in, project_of
from raylift.request import Request

Rules = list[tuple[Ignore, str]]
"""Each with the path of the folder at hand as the rules see it: "" or "a/b/"."""


def rules_above(folder: str, request: Request) -> Rules:
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


def is_hidden(rules: Rules, name: str, is_folder: bool) -> bool:
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
