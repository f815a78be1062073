"""Folders of checkpoints whose save was cut short: a mark says so of each while a rank writes into it, and a run that begins again removes it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raylift_runtime.storage.files import insist, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "_saving-"  # what begins with `_` is uploaded to no hub, and nobody takes it for a checkpoint
PLACES = "saved_in.json"


@contextlib.contextmanager
def being_saved(folder: str, place: str, run: str, rank: int) -> Iterator[None]:
    """Within it the folder counts as cut short, by a file in `place`; that goes if no error came."""
    mark = Path(place, f"{MARK}{rank}-{os.path.basename(folder)}")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"run": run, "folder": os.path.abspath(folder)}))
    yield
    mark.unlink(missing_ok=True)


def is_cut_short(folder: str) -> bool:
    """Whether somebody began to write this folder and did not come to the end."""
    parent = Path(os.path.abspath(folder)).parent
    marks = [mark for place in (parent, parent.parent) for mark in place.glob(f"{MARK}*")]
    return any(_marked(mark)["folder"] == os.path.abspath(folder) for mark in marks)


def remove_cut_short(place: str, run: str) -> list[str]:
    """Removes the folders in which a save of this run was cut short, so that no search for the newest one finds them; says which."""
    removed = []
    for mark in sorted(Path(place).glob(f"{MARK}*")):
        marked = _marked(mark)
        if marked["run"] == run:
            shutil.rmtree(marked["folder"], ignore_errors=True)
            mark.unlink(missing_ok=True)
            removed.append(marked["folder"])
    return removed


def remember_place(filesystem: Any, run: str, place: str) -> None:
    """Writes down where this run saves, for the attempts that follow."""
    known = places(filesystem, run)
    if os.path.abspath(place) not in known:
        replace(filesystem, f"{run}/{PLACES}", json.dumps([*known, os.path.abspath(place)]).encode())


def places(filesystem: Any, run: str) -> list[str]:
    """The folders in which this run has saved."""

    def read() -> bytes:
        with filesystem.open_input_stream(f"{run}/{PLACES}") as stream:
            content: bytes = stream.read()
        return content

    try:
        found: list[str] = json.loads(insist(read))
    except FileNotFoundError:
        return []
    return found


def _marked(mark: Path) -> dict[str, str]:
    """What a mark says; one that was itself cut short, or is gone by now, speaks of nothing."""
    try:
        content: dict[str, str] = json.loads(mark.read_text())
    except (OSError, ValueError):
        return {"run": "", "folder": ""}
    return content
