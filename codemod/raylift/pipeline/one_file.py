"""Lifts one file's bytes in memory; whatever goes wrong is an outcome, never an exception."""

from __future__ import annotations

import os

from raylift import lift as core
from raylift.launch_commands.into_request import with_launch
from raylift.outcome import Failed, Outcome, Untouched
from raylift.project.files import BadInput
from raylift.project.library_modules import is_part_of_a_library
from raylift.project.neighbours import neighbours_of
from raylift.project.settings_file import with_settings
from raylift.project.transformers_pin import transformers_generation
from raylift.request import STANDARD_INPUT, Request
from raylift.script.neighbours import ModuleCache
from raylift.settings import Settings

MODULE_CACHE = ModuleCache()
"""What all files that this process judges share."""


def outcome_for(path: str, source: bytes, request: Request) -> Outcome:
    """What becomes of this source; a fault of ours is told as one."""
    try:
        request = with_settings(with_launch(request, path), os.path.dirname(os.path.abspath(path)))
        return lift_source(path, source, settings_for(path, request))
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


def settings_for(path: str, request: Request) -> Settings:
    """The settings of one file: what the user said, what its project pins, and our defaults."""
    chosen = {name: value for name in Settings.__slots__ if (value := getattr(request, name)) is not None}
    if "transformers" not in chosen:
        chosen["transformers"] = transformers_generation(os.path.dirname(path))
    return Settings(**chosen)
