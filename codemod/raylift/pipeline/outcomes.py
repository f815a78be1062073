"""Looks at files one after the other: what cannot matter ends in the funnel, the rest is lifted in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from raylift.pipeline import funnel
from raylift.project import files
from raylift.project.discovery import Found, find, is_excluded
from raylift.request import STANDARD_INPUT, Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
from raylift.pipeline.looked import Looked, Pending


def look(request: Request) -> Iterator[Looked]:
    """Every file that the request means, in order; one that cannot be read is an outcome like any other."""
    seen = list(_through_the_funnel(request))
    pending = [file for file in seen if isinstance(file, Pending)]
    if not pending:
        yield from (file for file in seen if isinstance(file, Looked))
        return
    from raylift.pipeline.processes import judged

    outcomes = judged(pending, request)
    for file in seen:
        yield file if isinstance(file, Looked) else Looked(file.found, file.source, next(outcomes))


def _through_the_funnel(request: Request) -> Iterator[Looked | Pending]:
    for path in request.paths:
        try:
            for found in [Found(path)] if path == STANDARD_INPUT else find(path, request):
                yield _look_at(found, request)
        except files.BadInput as error:
            yield Looked(Found(path), b"", failed(str(error)))


def _look_at(found: Found, request: Request) -> Looked | Pending:
    source, is_named = b"", not found.root
    try:
        if is_named and request.force_exclude and is_excluded(found.path, request):
            return Looked(found, source, None)
        source = sys.stdin.buffer.read() if found.path == STANDARD_INPUT else files.read(found.path)
        if funnel.can_matter(source, is_named):
            return Pending(found, source)
        return Looked(found, source if is_named else b"", None)  # a tree's worth of text need not be kept
    except files.BadInput as error:
        return Looked(found, source, failed(str(error)))
    except funnel.NotPython as error:
        return Looked(found, source, failed(str(error), error.line))


def failed(message: str, line: int = 0) -> Outcome:
    """The outcome of a file that could not be read or written."""
    from raylift.outcome import Failed

    return Failed(message, line)
