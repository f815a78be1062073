"""What git says about files that a rewrite in place would change; where there is no git there is nothing to say."""

from __future__ import annotations

import os
import subprocess
from functools import cache


def is_dirty(path: str) -> bool:
    """Whether a file's text is not in git yet, so that its old form could not be had back from there."""
    file = os.path.realpath(path)
    return file in dirty_files(os.path.dirname(file))


@cache
def dirty_files(folder: str) -> frozenset[str]:
    """The changed, staged and untracked files of the work tree that a folder lies in, asked once per work tree."""
    top = _work_tree(folder)
    if top is None or top != folder:
        return frozenset() if top is None else dirty_files(top)
    command = ["git", "-C", top, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"]
    try:
        status = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"})
    except (OSError, subprocess.CalledProcessError):
        return frozenset()
    return frozenset(os.path.join(top, os.fsdecode(line[3:])) for line in status.stdout.split(b"\0") if line)


def _work_tree(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, name = os.path.split(folder)
        if not name:
            return None
    return folder
