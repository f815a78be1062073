"""No part of a lift costs more than linear in the code: each function of raylift, by the lines that it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from tests.codemod.notebooks.making import notebook
from tools.growth import GROWING, GROWING_CELLS, lines_run

from raylift.lift import rewrite
from raylift.notebooks.rewrite import rewrite_notebook
from raylift.outcome import Rewritten
from raylift.settings import Settings

HALF = 15
FEW = 300
"""Lines that tell nothing of how a function grows."""
BOUNDED = frozenset({"script.py: Script.names.<locals>.<genexpr>", "facts.py: Facts._tell", "facts.py: Facts._take"})
"""What asks for each value of a name, of which a name has 256 at the most."""


def grows_too_fast(lift: Callable[[int], object]) -> dict[str, tuple[int, int]]:
    """The functions that run far more than twice as long for twice the code."""
    lift(2)  # so that what is made once is there
    half, whole = (lines_run(lambda n=n: lift(n)) for n in (HALF, 2 * HALF))
    return {name: (half[name], ran) for name, ran in whole.items() if ran > 2.4 * half[name] + FEW and name not in BOUNDED}


@pytest.mark.parametrize("kind", sorted(GROWING))
def test_twice_the_script_takes_about_twice_the_work(kind: str) -> None:
    assert grows_too_fast(lambda n: rewrite(GROWING[kind](n).encode(), Settings())) == {}


@pytest.mark.parametrize("kind", ["functions that call the next", "maps of data", "rebindings"])
def test_twice_the_data_to_hand_over_take_about_twice_the_work(kind: str) -> None:
    assert grows_too_fast(lambda n: rewrite(GROWING[kind](n).encode(), Settings(data="ray"))) == {}


@pytest.mark.parametrize("kind", sorted(GROWING_CELLS))
def test_twice_the_cells_take_about_twice_the_work(kind: str) -> None:
    assert isinstance(rewrite_notebook(notebook(*GROWING_CELLS[kind](9)), Settings()), Rewritten)
    assert grows_too_fast(lambda n: rewrite_notebook(notebook(*GROWING_CELLS[kind](n)), Settings())) == {}


def test_work_that_grows_by_the_square_is_told() -> None:
    def lift(n: int) -> None:
        rewrite("\n".join(f"from transformers import Trainer as T{i}" for i in range(n * n)).encode(), Settings())

    assert "scopes.py: Scopes.visit_ImportFrom" in grows_too_fast(lift)


def test_the_same_work_is_counted_each_time() -> None:
    counts: list[Counter[str]] = [lines_run(lambda: rewrite(GROWING["defaults"](9).encode(), Settings())) for _ in range(2)]
    assert counts[0] == counts[1] != Counter()
