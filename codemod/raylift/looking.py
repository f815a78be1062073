"""Looks at files one after the other: what cannot matter ends in the funnel, the rest is lifted in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from raylift import files, funnel
from raylift.request import STANDARD_INPUT, Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome


class Looked(NamedTuple):
    """A file, what it held, and what became of it; None where nothing in it could matter."""

    found: files.Found
    source: bytes
    outcome: Outcome | None


def look(request: Request) -> Iterator[Looked]:
    """Every file that the request means, in order; one that cannot be read is an outcome like any other."""
    for path in request.paths:
        try:
            for found in [files.Found(path)] if path == STANDARD_INPUT else files.find(path, request.output):
                yield look_at(found, request)
        except files.BadInput as error:
            yield Looked(files.Found(path), b"", failed(str(error)))


def look_at(found: files.Found, request: Request) -> Looked:
    """One file through the funnel, and through LibCST where it may matter."""
    source = b""
    try:
        source = sys.stdin.buffer.read() if found.path == STANDARD_INPUT else files.read(found.path)
        if not funnel.can_matter(source, explicit=not found.root):
            return Looked(found, source, None)
    except files.BadInput as error:
        return Looked(found, source, failed(str(error)))
    except funnel.NotPython as error:
        return Looked(found, source, failed(str(error), error.line))
    from raylift.judge import judge

    return Looked(found, source, judge(found.path, source, request))


def failed(message: str, line: int = 0) -> Outcome:
    """The outcome of a file that could not be read or written."""
    from raylift.outcome import Failed

    return Failed(message, line)
