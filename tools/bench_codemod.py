"""What the codemod costs beside its peers, measured in one run: `python tools/bench_codemod.py`; exits 1 beyond a limit."""

from __future__ import annotations

import argparse
import itertools
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
NEEDLES = ("transformers", "accelerate", "ray.train", "ray.air")
BARE_LOOP = f"""
import os, sys
needles = {tuple(needle.encode() for needle in NEEDLES)!r}
hits = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                source = file.read()
            hits += any(needle in source for needle in needles)
"""
HELPER = '''
def helper_{n}(rows, limit={n}):
    """Counts what is left of the rows."""
    kept = [row for row in rows if row["length"] < limit]
    for index, row in enumerate(kept):
        row["index"] = index + {n}
    return {{"rows": kept, "share": len(kept) / max(1, len(rows))}}
'''


class Measure(NamedTuple):
    """Seconds of ours and of the peer, best of several, and how many times the peer's we allow."""

    what: str
    peer: str
    ours: float
    theirs: float
    limit: float

    def __str__(self) -> str:
        ratio = self.ours / self.theirs
        verdict = "ok" if ratio <= self.limit else "TOO SLOW"
        return f"{self.what:44} {self.ours:7.3f} s  {self.peer:34} {self.theirs:7.3f} s  {ratio:5.2f} of {self.limit:4.2f}  {verdict}"


def main() -> int:
    """Measure everything and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder, "one"), Path(folder, "many")
        one.mkdir()
        measures = [one_unrelated_file(one, rounds), many_unrelated_files(many, rounds), a_long_script(rounds)]
    for measure in measures:
        print(measure)
    return int(any(measure.ours > measure.limit * measure.theirs for measure in measures))


def one_unrelated_file(folder: Path, rounds: int) -> Measure:
    """A cold check of a file that cannot matter, and that pyupgrade would not change."""
    file = folder / "helpers.py"
    file.write_text(helpers(40))
    ours, theirs = race(rounds, [tool("raylift"), "check", str(file)], [tool("pyupgrade"), str(file)])
    return Measure("check of one unrelated file", "pyupgrade", ours, theirs, 1.0)


def many_unrelated_files(folder: Path, rounds: int) -> Measure:
    """A tree of 2,000 files without a needle."""
    for number, file in enumerate(itertools.islice(unrelated_files(), 2000)):
        target = folder / f"{number % 40:02}" / f"{number:04}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    ours, theirs = race(rounds, [tool("raylift"), "check", str(folder)], [sys.executable, "-S", "-c", BARE_LOOP, str(folder)])
    return Measure("check of 2,000 unrelated files", "bare loop, four substrings", ours, theirs, 4.0)


def unrelated_files() -> Iterator[Path]:
    """Library files that hold no needle; never one that pyupgrade or we would have to think about."""
    for file in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")):
        source = file.read_bytes()
        if not any(needle.encode() in source for needle in NEEDLES):
            yield file


def a_long_script(rounds: int) -> Measure:
    """A script of 600 lines lifted in this process, beside LibCST reading and writing it unchanged."""
    import libcst
    from libcst.metadata import MetadataWrapper, ScopeProvider

    from raylift.lift import rewrite
    from raylift.outcome import Rewritten

    source = long_script()
    assert isinstance(rewrite(source), Rewritten)

    def parse_and_write() -> None:
        wrapper = MetadataWrapper(libcst.parse_module(source))
        wrapper.resolve(ScopeProvider)
        assert wrapper.module.bytes == source

    ours, theirs = best(rounds, lambda: rewrite(source)), best(rounds, parse_and_write)
    return Measure(f"lifting a script of {len(source.splitlines())} lines", "LibCST parse + scopes + codegen", ours, theirs, 3.0)


def long_script() -> bytes:
    """The shipped example with enough functions above its `main` to make 600 lines."""
    source = (ROOT / "examples/train.py").read_text()
    count = (600 - len(source.splitlines())) // (len(HELPER.splitlines()) + 1)
    return source.replace("def main():", f"{helpers(count)}\n\ndef main():").encode()


def helpers(count: int) -> str:
    """A module of small functions as any project has them."""
    return "\n".join(HELPER.format(n=n) for n in range(count)).lstrip()


def tool(name: str) -> str:
    """A command of this environment."""
    return str(Path(sys.executable).with_name(name))


def race(rounds: int, ours: list[str], theirs: list[str]) -> tuple[float, float]:
    """The best time of each command, taken in turns so that a busy moment hits both."""
    times = [(seconds(lambda: run(ours)), seconds(lambda: run(theirs))) for _ in range(rounds)]
    return min(first for first, _ in times), min(second for _, second in times)


def run(command: list[str]) -> None:
    """Run to the end; an exit code that says something is wrong ends the benchmark."""
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def best(rounds: int, work: Callable[[], object]) -> float:
    """The best time of several."""
    return min(seconds(work) for _ in range(rounds))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
