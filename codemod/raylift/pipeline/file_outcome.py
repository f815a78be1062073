"""A file on its way through the pipeline, and who delivers what became of it: values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from raylift.project.discovery import FoundFile

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome


class FileOutcome(NamedTuple):
    """A file, what it held, and what became of it; None where nothing in it could matter."""

    found: FoundFile
    source: bytes
    outcome: Outcome | None


class PendingFile(NamedTuple):
    """A file that LibCST must look at."""

    found: FoundFile
    source: bytes


Deliver = Callable[[FileOutcome], "Outcome | None"]
"""Brings a file's new bytes where they belong, and says what became of the file in the end."""
