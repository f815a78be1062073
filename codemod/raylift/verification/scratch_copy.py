"""A copy of the user's working directory to train in, so that two trainings neither meet nor touch the original."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LARGE = 1_000_000
"""Bytes; a larger file is data, which training reads: it is linked to, not copied."""
MANY = 20_000
"""Entries; more are no project but a home folder."""
NOT_COPIED = frozenset({"__pycache__", "node_modules", "site-packages", "wandb", "mlruns"})


class TooMuch(Exception):
    """The folder holds more than a project does; the message says what to do."""


def scratch_copy(folder: Path, to: Path) -> None:
    """Copy a project's tree; hidden folders and environments stay behind, large files become links. Raises TooMuch."""
    left = MANY
    for place, folders, names in os.walk(folder):
        left -= len(folders) + len(names)
        if left < 0:
            raise TooMuch(f"{folder} holds more than {MANY:,} files; run verify in the script's own project folder")
        folders[:] = [name for name in folders if _is_copied(Path(place, name), to)]
        target = to / Path(place).relative_to(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            _copy_file(Path(place, name), target / name)


def _is_copied(folder: Path, to: Path) -> bool:
    if folder.name.startswith(".") or folder.name in NOT_COPIED or folder.is_symlink():
        return False
    return folder != to and not (folder / "pyvenv.cfg").exists()


def _copy_file(file: Path, target: Path) -> None:
    if file.is_file() and file.stat().st_size < LARGE:
        shutil.copy2(file, target)
    else:
        target.symlink_to(file.resolve())
