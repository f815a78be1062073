"""A stand-in for what Ray gives a worker to iterate over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

from raylift_runtime.data.shard import Shard


class Iterates:
    """Stands in for a DataIterator of Ray; with `parts`, for one that Ray has split."""

    def __init__(self, rows: list[dict[str, Any]], parts: int = 0) -> None:
        self.rows = rows
        if parts:
            self.world_size = lambda: parts

    def iter_rows(self) -> Iterator[dict[str, Any]]:
        yield from self.rows


def sentences(count: int) -> list[dict[str, Any]]:
    return [{"input_ids": numpy.full(8, row, dtype=numpy.int32), "labels": row % 2} for row in range(count)]


def shard(count: int, parts: int = 0, total: int | None = -1) -> Shard:
    return Shard(Iterates(sentences(count), parts), "train", count * max(parts, 1) if total == -1 else total)
