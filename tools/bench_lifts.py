"""What lifts cost, over the scripts of checkouts: `python tools/bench_lifts.py FOLDER...`; exits 1 beyond a limit.

For each script the processor time of a lift beside LibCST's parse, scopes and code generation of the same text, both in this process; for
each folder the time to know it as a project (which files matter, who imports whom, what is started) beside reading and parsing the files
that matter; and what stays in memory.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

MEDIAN, WORST, FOLDER = 1.5, 3.0, 2.0
"""How many times the other's time we allow: for half of the scripts, for any of them, for a folder."""


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The least processor time of some rounds."""
    took = []
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return min(took)


def of_libcst(source: bytes) -> None:
    """Read a script with its scopes and write it unchanged."""
    import libcst
    from libcst.metadata import MetadataWrapper, ScopeProvider

    wrapper = MetadataWrapper(libcst.parse_module(source), unsafe_skip_copy=True)
    wrapper.resolve(ScopeProvider)
    assert wrapper.module.bytes


def scripts(folder: Path, rounds: int) -> list[float]:
    """How many times LibCST's time each lift of a folder takes; prints the dearest."""
    from raylift.outcome import Rewritten
    from raylift.pipeline.one_file import PROJECTS, outcome_for
    from raylift.request import Request

    found: list[tuple[float, str]] = []
    for path in sorted(folder.rglob("*.py")):
        source, request = path.read_bytes(), Request("check", (str(path),))
        if not isinstance(outcome_for(str(path), source, request), Rewritten):
            continue

        def lift(path: Path = path, source: bytes = source, request: Request = request) -> None:
            PROJECTS.forget()
            outcome_for(str(path), source, request)

        ratio = seconds(lift, rounds) / seconds(lambda source=source: of_libcst(source), rounds)  # type: ignore[misc]
        found.append((ratio, str(path.relative_to(folder))))
    for ratio, name in sorted(found, reverse=True)[:3]:
        print(f"    {ratio:5.2f}  {name}")
    return [ratio for ratio, _ in found]


def folder_ratio(folder: Path, rounds: int) -> float:
    """How many times reading and parsing what matters it takes to know a folder as a project."""
    from raylift.pipeline.file_outcome import PendingFile
    from raylift.pipeline.outcomes import seen_files
    from raylift.request import Request

    request = Request("check", (str(folder),))
    matter = [file.found.path for file in seen_files(request) if isinstance(file, PendingFile)]

    def read_and_parse() -> None:
        for path in matter:
            ast.parse(Path(path).read_bytes())

    ours, theirs = seconds(lambda: seen_files(request), rounds), seconds(read_and_parse, rounds)
    print(f"    {len(matter)} files matter: {ours:.2f} s, read and parsed {theirs:.2f} s")
    return ours / theirs


def memory(folder: Path) -> None:
    """What a run holds at its peak for each 1,000 modules, and what two runs leave behind."""
    from raylift.pipeline.outcomes import file_outcomes
    from raylift.request import Request

    request = Request("check", (str(folder),), jobs=1)
    count = sum(1 for _ in folder.rglob("*.py"))
    left = []
    tracemalloc.start()
    for _ in range(2):
        for _ in file_outcomes(request):
            pass
        gc.collect()
        left.append(tracemalloc.get_traced_memory()[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"    memory: peak {peak / 1e6 * 1000 / count:.0f} MB per 1,000 files; left after one run {left[0] / 1e6:.1f} MB, after two {left[1] / 1e6:.1f} MB"
    )


def main() -> int:
    """Measure every folder; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="which takes several times as long")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    ratios: list[float] = []
    slow = False
    for folder in (folder.resolve() for folder in chosen.folders):
        print(f"{os.path.basename(folder)}:")
        of_project = folder_ratio(folder, chosen.rounds)
        print(f"    {of_project:5.2f} of {FOLDER:.1f} times reading and parsing")
        ratios += scripts(folder, chosen.rounds)
        slow |= of_project > FOLDER
        if chosen.memory:
            memory(folder)
    median, worst = statistics.median(ratios), max(ratios)
    print(f"{len(ratios)} lifts: median {median:.2f} of {MEDIAN:.1f}, worst {worst:.2f} of {WORST:.1f} times LibCST's time")
    return int(slow or median > MEDIAN or worst > WORST)


if __name__ == "__main__":
    sys.exit(main())
