"""Lifts one file's bytes in memory; whatever goes wrong is an outcome, never an exception."""

from __future__ import annotations

import os

from raylift import lift as core
from raylift.outcome import Failed, Outcome, Untouched
from raylift.pipeline.file_settings import settings_of
from raylift.pipeline.time_limit import DEFAULT_S, TookTooLong, limited_to
from raylift.project.discovery import is_notebook_file
from raylift.project.files import BadInput
from raylift.project.library_modules import is_part_of_a_library
from raylift.project.modules import ProjectCache
from raylift.request import STANDARD_INPUT, Request
from raylift.script.neighbours import InProject
from raylift.settings import Settings

PROJECTS = ProjectCache()
"""What all files that this process judges share."""


def outcome_for(path: str, source: bytes, request: Request) -> Outcome:
    """What becomes of this source; a fault of ours is told as one."""
    limit = DEFAULT_S if request.timeout is None else request.timeout
    try:
        with limited_to(limit):
            return _lifted(path, source, settings_of(request, path), request)
    except TookTooLong:
        PROJECTS.forget()  # whatever was half known
        return Failed(f"took longer than {limit} s and was given up; report it, or allow more with --timeout", ours=True)
    except BadInput as error:
        return Failed(str(error))
    except (RecursionError, MemoryError):
        return Failed("nested too deeply to be lifted")
    except Exception as error:  # noqa: BLE001 - one bad file must not stop the rest
        return Failed(f"internal error: {type(error).__name__}: {error}", ours=True)


def _lifted(path: str, source: bytes, settings: Settings, request: Request) -> Outcome:
    """The rewrite, as part of the project that the file lies in."""
    rewrite = core.rewrite
    if is_notebook_file(path, source):
        from raylift.notebooks.rewrite import rewrite_notebook as rewrite
    if path == STANDARD_INPUT:
        return rewrite(source, settings)
    if rewrite is core.rewrite and is_part_of_a_library(path, source):
        return Untouched("it is a module of a library that trains for its users' scripts")
    given = [os.path.realpath(each) for each in request.paths if each != STANDARD_INPUT]
    real = os.path.realpath(path)
    folders = [folder for folder in given if real.startswith(folder + os.sep)]
    standing = InProject(
        PROJECTS.of(real, min(folders, default="")),
        real,
        is_named=real in given and not request.force_exclude,  # a hook names whatever has changed
        is_given=lambda other: any(other == each or other.startswith(each + os.sep) for each in given),
    )
    return rewrite(source, settings, standing)
