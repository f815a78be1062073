"""Which generation of transformers, and which releases of what builds on it, the script's surroundings pin."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator
from functools import cache

PinnedRelease = tuple[int, int]

NEWEST = 5
ANY_MINOR = 999
PINNED_PACKAGES = ("transformers", "trl", "peft", "accelerate", "sentence_transformers")
PINNING_FILES = ("pyproject.toml", "requirements*.txt", "constraints*.txt", "setup.cfg", "setup.py", "environment.y*ml")
TOP_OF_PROJECT = (".git", "pyproject.toml", "setup.py")
BOUND = re.compile(r"(===?|~=|<=?)\s*v?(\d+(?:\.\d+)*)")
VERSION = re.compile(r"""^\s*version\s*=\s*["']v?(\d+)\.(\d+)""", re.MULTILINE)
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


@cache
def library_releases(folder: str) -> tuple[tuple[str, PinnedRelease], ...]:
    """The releases that the files beside the script pin, else those that are installed here, by their packages."""
    files = [(file, _text(file)) for file in _pinning_files(os.path.abspath(folder))]
    found = {
        package: next(filter(None, (own_release(*file, package) or release_pinned(file[1], package) for file in files)), None)
        for package in PINNED_PACKAGES
    }
    releases = {package: release or _installed_release(package) for package, release in found.items()}
    return tuple((package, release) for package, release in releases.items() if release is not None)


def own_release(file: str, text: str, package: str) -> PinnedRelease | None:
    """The release of a package whose own project a file describes, where that or a file `VERSION` beside it says which."""
    name = re.escape(package).replace("_", "[-_]")
    if not re.search(rf"""^\s*name\s*=\s*["']{name}["']""", text, re.MULTILINE):
        return None
    beside = _text(os.path.join(os.path.dirname(file), "VERSION"))
    said = VERSION.search(text) or re.match(r"(\d+)\.(\d+)", beside)
    return (int(said[1]), int(said[2])) if said else None


def release_pinned(requirements: str, package: str) -> PinnedRelease | None:
    """The newest release that a requirements text allows, if it sets a bound: `==0.12`, `~=0.12.1`, `>=0.9,<0.13`."""
    name = re.escape(package).replace("_", "[-_]")
    for clauses in re.findall(rf"^[^#\n]*?(?<![\w.-]){name}(?:\[[^]\n]*\])?\s*([=~<>!][^\"'\n;#]*)", requirements, re.MULTILINE):
        bounds = [_newest(*clause) for clause in BOUND.findall(clauses)]
        if bounds:
            return min(bounds)
    return None


def _newest(operator: str, version: str) -> PinnedRelease:
    """The newest major and minor number below a bound; what lies below a major one is only known to end there."""
    numbers = [int(number) for number in version.split(".") if number.isdecimal()]
    major, minor = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if operator == "~=" and len(numbers) == 2:
        return major, ANY_MINOR
    if operator == "<" and not any(numbers[2:]):
        return (major, minor - 1) if minor else (major - 1, ANY_MINOR)
    return major, minor if len(numbers) > 1 else ANY_MINOR


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
    release = _installed_release("transformers")
    return min(max(release[0], 4), NEWEST) if release else None


def _installed_release(package: str) -> PinnedRelease | None:
    for entry in sys.path:
        for found in glob.glob(os.path.join(glob.escape(entry or "."), f"{package}-*.dist-info")):
            numbers = os.path.basename(found).removeprefix(f"{package}-").split(".")
            if numbers[0].isdecimal():
                return int(numbers[0]), int(numbers[1]) if numbers[1].isdecimal() else 0
    return None
