"""Lifts one file's bytes in memory; whatever goes wrong is an outcome, never an exception."""

from __future__ import annotations

import os

from raylift import lift as core
from raylift.outcome import Failed, Outcome, Untouched
from raylift.pipeline.file_settings import settings_of
from raylift.project.files import BadInput
from raylift.project.library_modules import is_part_of_a_library
from raylift.project.neighbours import neighbours_of
from raylift.request import STANDARD_INPUT, Request
from raylift.script.neighbours import ModuleCache
from raylift.settings import Settings

MODULE_CACHE = ModuleCache()
"""What all files that this process judges share."""


def outcome_for(path: str, source: bytes, request: Request) -> Outcome:
    """What becomes of this source; a fault of ours is told as one."""
    try:
        return lift_source(path, source, settings_of(request, path))
    except BadInput as error:
        return Failed(str(error))
    except (RecursionError, MemoryError):
        return Failed("nested too deeply to be lifted")
    except Exception as error:  # noqa: BLE001 - one bad file must not stop the rest
        return Failed(f"internal error: {type(error).__name__}: {error}", ours=True)


def lift_source(path: str, source: bytes, settings: Settings) -> Outcome:
    """The rewrite, with the modules beside the script where it lies in a folder."""
    if path == STANDARD_INPUT:
        return core.rewrite(source, settings)
    if is_part_of_a_library(path, source):
        return Untouched("it is a module of a library that trains for its users' scripts")
    folder = os.path.dirname(os.path.abspath(path))
    return core.rewrite(source, settings, MODULE_CACHE.beside(folder, neighbours_of(path)))
