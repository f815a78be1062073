"""Lifts one file's bytes in memory; whatever goes wrong is an outcome, never an exception."""

from __future__ import annotations

import os

from raylift import rewrite as core
from raylift.files import neighbours_of
from raylift.outcome import Failed, Outcome
from raylift.pins import transformers_generation
from raylift.request import STANDARD_INPUT, Request
from raylift.settings import Settings


def judge(path: str, source: bytes, request: Request) -> Outcome:
    """What becomes of this source; a fault of ours is told as one."""
    settings = settings_for(path, request)
    try:
        if path == STANDARD_INPUT:
            return core.rewrite(source, settings)
        return core.rewrite(source, settings, neighbours_of(path))
    except (RecursionError, MemoryError):
        return Failed("nested too deeply to be lifted")
    except Exception as error:  # noqa: BLE001 - one bad file must not stop the rest
        return Failed(f"internal error: {type(error).__name__}: {error}", ours=True)


def settings_for(path: str, request: Request) -> Settings:
    """The settings for one file: what the user said, what its project pins, and our defaults."""
    said = {name: value for name in Settings.__slots__ if (value := getattr(request, name)) is not None}
    if "transformers" not in said:
        said["transformers"] = transformers_generation(os.path.dirname(path))
    return Settings(**said)
