"""Looks at files one after the other: what cannot matter ends in the funnel, the rest is lifted in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from raylift.pipeline import funnel
from raylift.pipeline.related_files import with_related
from raylift.project import files
from raylift.project.discovery import FoundFile, found_files, is_excluded, is_notebook_file
from raylift.request import STANDARD_INPUT, Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
from raylift.pipeline.file_outcome import FileOutcome, PendingFile


def file_outcomes(request: Request) -> Iterator[FileOutcome]:
    """Every file that the request means, in order; one that cannot be read is an outcome like any other."""
    forget_projects()
    seen = seen_files(request)
    pending = [file for file in seen if isinstance(file, PendingFile)]
    if not pending:
        yield from (file for file in seen if isinstance(file, FileOutcome))
        return
    from raylift.pipeline.processes import outcomes_in_order

    outcomes = outcomes_in_order(pending, request)
    for file in seen:
        yield file if isinstance(file, FileOutcome) else FileOutcome(file.found, file.source, next(outcomes))


def forget_projects() -> None:
    """An earlier run of this process knows files that may have changed since."""
    if "raylift.pipeline.one_file" in sys.modules:
        sys.modules["raylift.pipeline.one_file"].PROJECTS.forget()


def seen_files(request: Request) -> list[FileOutcome | PendingFile]:
    """Every file that the request means, in order; those that can matter wait to be lifted."""
    return with_related(list(_through_the_funnel(request)))


def _through_the_funnel(request: Request) -> Iterator[FileOutcome | PendingFile]:
    for path in request.paths:
        try:
            for found in [FoundFile(path)] if path == STANDARD_INPUT else found_files(path, request):
                yield _look_at(found, request)
        except files.BadInput as error:
            yield FileOutcome(FoundFile(path), b"", failed_outcome(str(error)))


def _look_at(found: FoundFile, request: Request) -> FileOutcome | PendingFile:
    source, is_named = b"", not found.root
    try:
        if is_named and request.force_exclude and is_excluded(found.path, request):
            return FileOutcome(found, source, None)
        source = sys.stdin.buffer.read() if found.path == STANDARD_INPUT else files.read_file(found.path)
        if is_notebook_file(found.path, source):
            return _look_at_notebook(found, source, is_named)
        if funnel.can_matter(source, is_named):
            return PendingFile(found, source)
        return FileOutcome(found, source if is_named else b"", None)  # a tree's worth of text need not be kept
    except files.BadInput as error:
        return FileOutcome(found, source, failed_outcome(str(error)))
    except funnel.NotPython as error:
        return FileOutcome(found, source, failed_outcome(str(error), error.line))


def _look_at_notebook(found: FoundFile, source: bytes, is_named: bool) -> FileOutcome | PendingFile:
    """Its JSON is read only where the bytes hold a word that may matter, or where it was named."""
    if is_named or any(needle in source for needle in funnel.NEEDLES) or b"raylift:" in source:
        from raylift.notebooks.cell_text import CellText
        from raylift.notebooks.document import NotANotebook, Notebook

        try:
            text = CellText(Notebook(source))
        except NotANotebook as error:
            return FileOutcome(found, source, failed_outcome(str(error)))
        if is_named or funnel.can_matter(text.source, explicit=False):
            return PendingFile(found, source)
    return FileOutcome(found, b"", None)


def failed_outcome(message: str, line: int = 0) -> Outcome:
    """The outcome of a file that could not be read or written."""
    from raylift.outcome import Failed

    return Failed(message, line)
