"""Delivers the files of one lift whole or not at all: all are looked at before the first is written, and what was written is taken back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from raylift.pipeline.outcomes import failed_outcome
from raylift.project import files

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
    from raylift.pipeline.file_outcome import Deliver, FileOutcome

Delivered = tuple["FileOutcome", "Outcome | None"]


def deliver_jointly(outcomes: Iterable[FileOutcome], deliver: Deliver) -> Iterator[Delivered]:
    """Each file with what became of it in the end, in their order."""
    looked = list(outcomes)
    ended: dict[int, Outcome | None] = {}
    for group in _groups(looked):
        members = [looked[place] for place in group]
        ended.update(zip(group, _deliver_group(members, deliver) if len(members) > 1 else map(deliver, members), strict=True))
    for place, file in enumerate(looked):
        yield file, ended[place]


def _groups(looked: Sequence[FileOutcome]) -> list[list[int]]:
    """The places of the files by the lift that they are part of; lifts that share a file are one."""
    places = {os.path.realpath(file.found.path): place for place, file in enumerate(looked)}
    leader = list(range(len(looked)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    for place, file in enumerate(looked):
        for other in getattr(file.outcome, "together", ()):
            if other in places:
                leader[max(lead(place), lead(places[other]))] = min(lead(place), lead(places[other]))
    groups: dict[int, list[int]] = {}
    for place in range(len(looked)):
        groups.setdefault(lead(place), []).append(place)
    return list(groups.values())


def _deliver_group(group: list[FileOutcome], deliver: Deliver) -> list[Outcome | None]:
    """Deliver files that change together; where one cannot be, those before it are put back."""
    if failed := next((file for file in group if not _is_rewritten(file.outcome)), None):
        return [file.outcome if file is failed else _left(file, failed) for file in group]
    ended: list[Outcome | None] = []
    for place, file in enumerate(group):
        ended.append(deliver(file))
        if not _is_rewritten(ended[-1]):
            for before in group[:place]:
                _put_back(before)
            return [ended[-1] if other is file else _left(other, file) for other in group]
    return ended


def _is_rewritten(outcome: Outcome | None) -> bool:
    return type(outcome).__name__ == "Rewritten"


def _left(file: FileOutcome, failed: FileOutcome) -> Outcome | None:
    """The outcome of a file that stays as it was because another one does."""
    if not _is_rewritten(file.outcome):
        return file.outcome
    return failed_outcome(f"left as it was, for {failed.found.path} changes with it and could not be")


def _put_back(file: FileOutcome) -> None:
    from raylift.pipeline.delivery import new_code

    code = new_code(file.outcome)
    if code is not None and files.read_file(file.found.path) == code:
        files.replace_file(file.found.path, code, file.source)
