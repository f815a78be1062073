"""Runs a notebook in a kernel, as it is or lifted, and reads back what every rank did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.fidelity.training_runs import Run, TrainingFailed, read_run, recorded_environment
from tests.kernels import kernel
from tests.shapes import ROOT

NOTEBOOKS = ROOT / "fixtures/notebooks"
PYPLOT = "def __getattr__(name):\n    return lambda *given, **named: None\n"
"""Enough of matplotlib to be called."""


def code_cells(notebook: bytes) -> Iterator[str]:
    """The texts of the cells that a kernel runs."""
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def train_in_kernel(notebook: bytes, folder: Path, python: str, address: str = "") -> Run:
    """Run all cells in a kernel of their own, against the Ray cluster at an address where one is given.

    Raises TrainingFailed at the first cell that ends in an error.
    """
    record = folder.parent / f"{folder.name}-record"
    record.mkdir()
    _stand_in_for_matplotlib(folder)
    given = set(folder.rglob("*"))
    environment = recorded_environment(record, python)
    if address:
        environment |= {"RAY_ADDRESS": address, "RAYLIFT_STORAGE_PATH": str(folder.parent / "storage")}
    told = []
    with kernel(folder, environment, python) as started:
        for number, cell in enumerate(code_cells(notebook), 1):
            ran = started.run(cell)
            if ran.error:
                raise TrainingFailed(f"code cell {number} ended with {ran.error}:\n{cell}\n{ran.told[-6000:]}")
            told.append(ran.told + ran.value)
        return read_run(record, "\n".join(told), folder, given)


def _stand_in_for_matplotlib(folder: Path) -> None:
    """Lets a kernel of this folder draw, whether matplotlib is installed or not."""
    package = folder / "matplotlib"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "pyplot.py").write_text(PYPLOT)
