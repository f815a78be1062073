"""What a lift costs as its script grows: `python tools/growth.py > docs/growth.svg` draws time over size; `--table` prints it."""

from __future__ import annotations

import argparse
import ast
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

TraceFunction = Callable[[FrameType, str, Any], Any]

HEAD = "from transformers import Trainer, TrainingArguments\n"
TAIL = "trainer = Trainer(1, args=TrainingArguments('out'), train_dataset={rows})\ntrainer.train()\n"


def rebindings(n: int) -> str:
    """`rows = rows[:n]`, so many times."""
    lines = "".join(f"if debug == {i}:\n    rows = rows[:{i}]\n" for i in range(n))
    return f"{HEAD}debug = 0\nrows = list(range(9))\n{lines}{TAIL.format(rows='rows')}"


def defaults(n: int) -> str:
    """`rate = rate or n`, so many times."""
    lines = "".join(f"rate = rate or {i}\n" for i in range(n))
    return f"{HEAD}rate = 0\n{lines}{TAIL.format(rows='rate')}"


def helper_calls(n: int) -> str:
    """One helper that returns what it is given, called so many times in turn."""
    lines = "".join("net = unwrap(net)\n" for _ in range(n))
    return f"{HEAD}def unwrap(model):\n    return model\n\nnet = 1\n{lines}{TAIL.format(rows='net')}"


def levels(n: int) -> str:
    """Functions that call one another, so many levels deep, each twice."""
    lines = "def f_0(x):\n    return x\n" + "".join(
        f"def f_{i}(x):\n    y = f_{i - 1}(x)\n    return f_{i - 1}(y)\n" for i in range(1, n)
    )
    return f"{HEAD}{lines}{TAIL.format(rows=f'f_{n - 1}(1)')}"


def tables(n: int) -> str:
    """A dict of so many functions, looked up as often."""
    functions = "".join(f"def f_{i}():\n    return {i}\n" for i in range(n))
    entries = ", ".join(f"'{i}': f_{i}" for i in range(n))
    return f"{HEAD}{functions}T = {{{entries}}}\nrows = T['0']()\n{TAIL.format(rows='rows')}"


def loops(n: int) -> str:
    """An Accelerate loop with so many values that differ by rank."""
    lines = "".join(f"            v_{i + 1} = v_{i} + loss.item()\n" for i in range(n))
    return (
        "from accelerate import Accelerator\ndef main(model, loader, optimizer):\n    accelerator = Accelerator()\n"
        "    model, loader, optimizer = accelerator.prepare(model, loader, optimizer)\n    for epoch in range(3):\n"
        f"        for batch in loader:\n            loss = model(batch)\n            accelerator.backward(loss)\n            v_0 = 0\n{lines}"
        "            optimizer.step()\nif __name__ == '__main__':\n    main(1, 2, 3)\n"
    )


def maps(n: int) -> str:
    """Data that are mapped so many times, each time under a new name."""
    lines = "".join(f"rows_{i + 1} = rows_{i}.map(f_{i})\n" for i in range(n))
    return f"from datasets import load_dataset\n{HEAD}rows_0 = load_dataset('x')\n{lines}{TAIL.format(rows=f'rows_{n}')}"


def calls_down(n: int) -> str:
    """Functions that call the next one each, so many, and of which the last reads what moves."""
    lines = "".join(f"def f_{i}():\n    return f_{i + 1}()\n\n" for i in range(n))
    return f"{HEAD}rows = load()\n{lines}def f_{n}():\n    return trainer\n\n{TAIL.format(rows='rows')}"


def settings_read(n: int) -> str:
    """Constants made of one another, of which a function that stays reads the last."""
    lines = "".join(f"A_{i + 1} = A_{i}\n" for i in range(n))
    return f"{HEAD}net = load()\nA_0 = 1\n{lines}class Own:\n    a = A_{n}\n\n{TAIL.format(rows='net')}"


GROWING: dict[str, Callable[[int], str]] = {
    "rebindings": rebindings,
    "defaults": defaults,
    "helper calls": helper_calls,
    "levels of calls": levels,
    "entries of a table": tables,
    "rank-dependent values": loops,
    "maps of data": maps,
    "functions that call the next": calls_down,
    "constants of constants": settings_read,
}


def cells_of_maps(n: int) -> list[str]:
    """A notebook whose cells map data so many times."""
    return [*maps(n).splitlines(keepends=True)]


def cells_after(n: int) -> list[str]:
    """So many cells after a training, each of which reads what the one before it made."""
    return [f"{HEAD}{TAIL.format(rows=1)}", "v_0 = trainer.evaluate()", *(f"v_{i + 1} = shown(v_{i})" for i in range(n))]


def cells_of_functions(n: int) -> list[str]:
    """A cell for each function that calls the next one."""
    return calls_down(n).split("\n\n")


def long_literal(n: int) -> list[str]:
    """A cell with a list of so many lines, and one with as long a text."""
    rows = "".join(f"    {i},\n" for i in range(n))
    text = "".join(f"it's line {i}\n" for i in range(n))
    return [f"rows = [\n{rows}]", f'text = """\n{text}"""', HEAD, TAIL.format(rows="rows")]


def looks(n: int) -> list[str]:
    """Data that so many cells look at."""
    return [f"{HEAD}rows = load()", *(f"rows[{i}]" for i in range(n)), TAIL.format(rows="rows")]


GROWING_CELLS: dict[str, Callable[[int], list[str]]] = {
    "cells that map data": cells_of_maps,
    "cells after a training": cells_after,
    "cells of functions": cells_of_functions,
    "lines of a literal": long_literal,
    "cells that look": looks,
}


def lines_run(run: Callable[[], object]) -> Counter[str]:
    """How many lines each function of raylift runs for something, each turn of a comprehension one: the same number each time."""
    ran: Counter[str] = Counter()

    def in_function(frame: FrameType, event: str, _: object) -> TraceFunction:
        if event == "line":
            ran[f"{Path(frame.f_code.co_filename).name}: {frame.f_code.co_qualname}"] += 1
        return in_function

    def begins(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        return in_function if "/codemod/raylift/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(begins)
    try:
        run()
    finally:
        sys.settrace(before)
    return ran


def steps_of(source: str) -> tuple[int, int]:
    """The nodes of a script, and the steps that it takes to know what its names may stand for, as far as its lift asks."""
    from raylift.assemble import assemble
    from raylift.script import Script
    from raylift.settings import Settings

    script = Script(source.encode())
    assemble(script, Settings())
    return sum(1 for _ in ast.walk(script.tree)), script.facts.steps


def seconds_of(source: str) -> float:
    """The processor time of one lift, the least of three."""
    from raylift.lift import rewrite

    took = []
    for _ in range(3):
        started = time.process_time()
        rewrite(source.encode())
        took.append(time.process_time() - started)
    return min(took)


SIZES = (20, 40, 80, 120, 160, 200, 240, 280, 320)
COLOURS = ("#0b6e4f", "#c1440e", "#3d5a98", "#8a6d00", "#7b2d8b", "#444444")
WIDTH, HEIGHT, LEFT, TOP = 720, 400, 60, 20


def drawing(series: dict[str, list[float]]) -> str:
    """Time over size as SVG, a line each."""
    top = max(value for values in series.values() for value in values)
    right, bottom = WIDTH - 190, HEIGHT - 50

    def place(size: int, value: float) -> str:
        return f"{LEFT + (right - LEFT) * size / SIZES[-1]:.1f},{bottom - (bottom - TOP) * value / top:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{LEFT},{TOP}V{bottom}H{right}" fill="none" stroke="#222"/>',
        f'<text x="{LEFT}" y="{HEIGHT - 14}">n; seconds of processor time for one lift, up to {top:.2f} s</text>',
        *(
            f'<text x="{place(size, 0).split(",")[0]}" y="{bottom + 16}" text-anchor="middle">{size}</text>'
            for size in SIZES[1::2]
        ),
    ]
    for number, (name, values) in enumerate(series.items()):
        points = " ".join(place(size, value) for size, value in zip(SIZES, values, strict=True))
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{right + 12}" y="{TOP + 16 + 18 * number}" fill="{colour}">n {name}</text>')
    return "\n".join([*parts, "</svg>"])


def main() -> None:
    """Draw or print the growth of everything that grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true")
    series = {name: [seconds_of(make(n)) for n in SIZES] for name, make in GROWING.items()}
    if parser.parse_args().table:
        print("n".ljust(22), *(f"{size:>6}" for size in SIZES))
        for name, values in series.items():
            print(name.ljust(22), *(f"{value:6.2f}" for value in values))
    else:
        print(drawing(series))


if __name__ == "__main__":
    main()
