"""Two trainings side by side: where they first part, for every rank."""

from __future__ import annotations

import math
from typing import NamedTuple

from raylift.verification.watched_training import TrainingRecord


class RankComparison(NamedTuple):
    """What became of one rank in both trainings; an empty `parts_at` means that they are equal."""

    rank: int
    steps: int
    parts_at: str
    weights: str


def compare(original: TrainingRecord, lifted: TrainingRecord, tolerance: float) -> list[RankComparison]:
    """Every rank's first difference; with a tolerance, which is relative, only losses are compared."""
    ranks = sorted({*original.losses, *lifted.losses})
    return [
        RankComparison(
            rank,
            len(original.losses.get(rank, ())),
            _parts_at(original.losses.get(rank, []), lifted.losses.get(rank, []), tolerance),
            _weights(original.parameters.get(rank, []), lifted.parameters.get(rank, [])),
        )
        for rank in ranks
    ]


def is_equal(rank: RankComparison, tolerance: float) -> bool:
    """Whether a rank did the same in both trainings: bit for bit, or within the tolerance."""
    return not rank.parts_at and (tolerance > 0 or rank.weights == "equal")


def table(ranks: list[RankComparison]) -> str:
    """A line a rank."""
    head = ("rank", "losses", "first difference", "final weights")
    rows = [head, *((str(each.rank), str(each.steps), each.parts_at or "none", each.weights) for each in ranks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


def _parts_at(before: list[float], after: list[float], tolerance: float) -> str:
    for step, (loss, lifted) in enumerate(zip(before, after, strict=False), 1):
        if not _is_close(loss, lifted, tolerance):
            return f"loss {step}: {loss!r} and {lifted!r}"
    return "" if len(before) == len(after) else f"{len(before)} losses and {len(after)}"


def _is_close(first: float, second: float, tolerance: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second)) or math.isclose(first, second, rel_tol=tolerance)


def _weights(before: list[str], after: list[str]) -> str:
    if not before and not after:
        return "not recorded"
    return "equal" if before[-1:] == after[-1:] else "differ"
