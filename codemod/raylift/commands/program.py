"""What `run` and `verify` start: a script, or a module as `python -m` does, and all files that its lift changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from raylift.pipeline.delivery import new_code
from raylift.pipeline.outcomes import file_outcomes
from raylift.project.module_paths import ModulePaths
from raylift.request import Request

if TYPE_CHECKING:
    from raylift.pipeline.file_outcome import FileOutcome


class ProgramOutcome(NamedTuple):
    """What became of the file that is started, and the new bytes of all files that change with it, by their real paths."""

    entry: FileOutcome
    changed: dict[str, bytes]


def path_of_module(module: str) -> str | None:
    """The file that `python -m MODULE` runs from the working directory or from its `src`; None if there is none."""
    here = os.getcwd()
    path = ModulePaths(here).find(module, os.path.join(here, "__main__.py"))
    if path is not None and path.endswith(f"{os.sep}__init__.py"):
        path = os.path.join(os.path.dirname(path), "__main__.py")
    return os.path.relpath(path) if path is not None and os.path.isfile(path) else None


def program_outcome(request: Request) -> ProgramOutcome:
    """Lift the file that is started, and with it whatever it trains with."""
    (path,) = request.paths
    (entry,) = file_outcomes(request)
    together = getattr(entry.outcome, "together", ())
    if not together:
        code = new_code(entry.outcome)
        return ProgramOutcome(entry, {} if code is None else {os.path.realpath(path): code})
    entry, *others = file_outcomes(request._replace(paths=(path, *together)))
    codes = ((os.path.realpath(file.found.path), new_code(file.outcome)) for file in (entry, *others))
    return ProgramOutcome(entry, {path: code for path, code in codes if code is not None})
