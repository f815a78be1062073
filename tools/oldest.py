"""Runs the test suite with the oldest libraries that raylift supports: `python3.11 tools/oldest.py FOLDER [PYTEST ARGUMENTS]`.

FOLDER, somewhere outside the tree, becomes a virtual environment with the set of `oldest.txt`; one that is there is used as it is.
Without arguments the whole suite runs, first what is fast and then what trains, and a line says how each part ended.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST = Path(__file__).with_name("oldest.txt")
NEEDED = ("aiohttp", "datasets", "hypothesis", "packaging", "pre-commit", "pytest")  # by the tests, beside raylift itself
PARTS = {"fast": "not slow and not ray", "slow": "slow or ray"}


def main(folder: Path, arguments: list[str]) -> int:
    """Makes the environment if need be, runs the tests in it, and says how they ended; 0 where none failed."""
    python = folder / "bin/python"
    if not python.exists():
        make(folder, python)
    if arguments:
        return tests(python, arguments)[0]
    ended = {part: tests(python, ["-q", "-m", marks]) for part, marks in PARTS.items()}
    for part, (_, counts) in ended.items():
        print(f"{part}: {counts}")
    return max(status for status, _ in ended.values())


def make(folder: Path, python: Path) -> None:
    """Installs torch first and alone, so that an index with CPU builds may answer, then all the rest."""
    venv.create(folder, with_pip=True)
    for wanted in (["torch"], ["-e", f"{ROOT}[runtime]", *NEEDED]):
        subprocess.run([python, "-m", "pip", "install", "-q", "-c", OLDEST, *wanted], check=True)


def tests(python: Path, arguments: list[str]) -> tuple[int, str]:
    """The exit status of pytest, whose output is shown while it comes, and its last line."""
    command = [str(python), "-m", "pytest", "-W", "ignore", *arguments]
    counts = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            counts = line if re.search(r"\d+ (passed|failed|error)", line) else counts
    return child.returncode, counts.strip("= \n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
