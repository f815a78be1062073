"""Which generation of transformers the script's surroundings pin."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator

NEWEST = 5
PINNING_FILES = ("pyproject.toml", "requirements*.txt", "constraints*.txt", "setup.cfg", "setup.py", "environment.y*ml")
TOP_OF_PROJECT = (".git", "pyproject.toml", "setup.py")
PIN = re.compile(r"^[^#\n]*?(?<![\w.-])transformers(?:\[[^]\n]*\])?\s*(===?|~=|<=?)\s*[\"']?v?(\d+)(\.\d+)*", re.MULTILINE)


def transformers_generation(folder: str) -> int:
    """4 or 5: what the files beside the script pin, else what is installed here, else the newest."""
    for file in _pinning_files(os.path.abspath(folder)):
        if (generation := generation_in(_text(file))) is not None:
            return generation
    return _installed() or NEWEST


def generation_in(requirements: str) -> int | None:
    """The generation that a requirements text settles, if it does: `==4.46`, `~=4.40`, `<5`."""
    for operator, major, rest in PIN.findall(requirements):
        below = operator == "<" and not rest.strip(".0")
        return min(max(int(major) - below, 4), NEWEST)
    return None


def _pinning_files(folder: str) -> Iterator[str]:
    while True:
        for pattern in PINNING_FILES:
            yield from sorted(glob.glob(os.path.join(glob.escape(folder), pattern)))
        above = os.path.dirname(folder)
        if above == folder or any(os.path.exists(os.path.join(folder, mark)) for mark in TOP_OF_PROJECT):
            return
        folder = above


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _installed() -> int | None:
    for entry in sys.path:
        for found in glob.glob(os.path.join(glob.escape(entry or "."), "transformers-*.dist-info")):
            version = os.path.basename(found).removeprefix("transformers-")
            if version[0].isdecimal():
                return min(max(int(version.partition(".")[0]), 4), NEWEST)
    return None
