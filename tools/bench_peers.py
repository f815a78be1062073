"""What raylift costs beside well-known rewriting tools, in one run: `python tools/bench_peers.py BIN [ROW...]` prints a table.

BIN is a folder with the peers' commands. Every tool works on files of the same length, of which one line is for it to change.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path

from bench_codemod import helpers, unrelated_files
from robustness import RAYLIFT, Tool, peers

NOWHERE = subprocess.DEVNULL
ROUNDS = 3
PATIENCE_S = 120
MANY_UNRELATED, MANY_REWRITTEN = 2000, 200


def main() -> None:
    """Measure every tool in turn and print Markdown."""
    binaries = Path(sys.argv[1])
    tools = [
        RAYLIFT._replace(command=(sys.executable, "-m", "raylift", "rewrite", "-q", "--allow-dirty")),
        *peers(binaries),
        libcst_codemod(binaries),
    ]
    print("| |", " | ".join(tool.name for tool in tools), "|")
    print("| --- |" + " ---: |" * len(tools))
    for name in sys.argv[2:] or MEASURES:
        measure = MEASURES[name]
        print(f"| {name} |", " | ".join(shown(measure(tool)) for tool in tools), "|", flush=True)


def shown(seconds: float) -> str:
    """A time as the table shows it."""
    return f"{seconds:.2f} s" if seconds < PATIENCE_S else f"over {PATIENCE_S} s"


def libcst_codemod(binaries: Path) -> Tool:
    """The runner that comes with LibCST, with one of its own codemods."""
    command = (
        str(binaries / "python"),
        "-m",
        "libcst.tool",
        "codemod",
        "--no-format",
        "convert_format_to_fstring.ConvertFormatStringCommand",
    )
    return Tool("LibCST codemod", command, b'x = 1\nprint("{}".format(x))\n')


def one_unrelated_file(tool: Tool) -> float:
    """A cold start on a file in which there is nothing to do."""
    return best(tool, lambda folder: (folder / "a.py").write_text(helpers(15)))


def one_rewrite(tool: Tool) -> float:
    """A cold start on a file in which there is something to do."""
    return best(tool, lambda folder: (folder / "a.py").write_bytes(source_for(tool)))


def many_unrelated_files(tool: Tool) -> float:
    """A tree in which there is nothing to do; each file is one of the libraries installed here."""

    def fill(folder: Path) -> None:
        for number, file in enumerate(unrelated()):
            shutil.copy(file, folder / f"{number:04}.py")

    return best(tool, fill)


@cache
def unrelated() -> list[Path]:
    """Library files that hold nothing for us."""
    return list(islice(unrelated_files(), MANY_UNRELATED))


def many_rewrites(tool: Tool) -> float:
    """A tree in which there is something to do in every file."""

    def fill(folder: Path) -> None:
        for number in range(MANY_REWRITTEN):
            (folder / f"{number:03}.py").write_bytes(source_for(tool))

    return best(tool, fill)


MEASURES: dict[str, Callable[[Tool], float]] = {
    "one unrelated file": one_unrelated_file,
    "one file rewritten": one_rewrite,
    f"{MANY_UNRELATED:,} unrelated files": many_unrelated_files,
    f"{MANY_REWRITTEN} files rewritten": many_rewrites,
}


def source_for(tool: Tool) -> bytes:
    """About 160 lines, the tool's own among them."""
    return tool.source + b"\n\n" + helpers(15).encode()


def best(tool: Tool, fill: Callable[[Path], object]) -> float:
    """The shortest of several runs, each on fresh files, all named on the command line where a tool takes no folder."""
    times: list[float] = []
    while len(times) < ROUNDS and sum(times) < PATIENCE_S / 10:
        folder = Path(tempfile.mkdtemp())
        fill(folder)
        names = sorted(path.name for path in folder.iterdir())
        paths = ["."] if tool.takes_folders and len(names) > 1 else names
        start = time.perf_counter()
        with subprocess.Popen(
            [*tool.command, *paths], cwd=folder, stdout=NOWHERE, stderr=NOWHERE, start_new_session=True
        ) as child:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE_S)
            times.append(time.perf_counter() - start)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # its worker processes, too, would slow the next tool down
        shutil.rmtree(folder)
    return min(times)


if __name__ == "__main__":
    main()
