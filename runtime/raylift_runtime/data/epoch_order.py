"""The order of the rows in an epoch: shuffled block by block, so that a rank reads its part of the data and no more."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy
from torch.utils.data import BatchSampler

from raylift_runtime.data.blocks import starts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 16  # blocks whose rows are shuffled with each other, so 128 MiB of the data: all of it, where it is no more


class RankBatches(BatchSampler):  # type: ignore[misc]  # mypy does not follow torch here
    """The batches of one rank as lists of row numbers, in another order each epoch: every row comes in exactly one batch of one rank.

    All ranks have the same number of batches, which is that of a loader prepared by Accelerate. The last may be smaller by a row on
    some ranks; where ranks would have none for it, they keep back a row of the batch before. Batches of one row have none to keep
    back: there such a rank repeats its first row. With `drop_last` the rows of the last, incomplete step are left out.

    The order depends on the seed, the epoch and the data, not on what was read before, so any place in it is found without reading.
    Raises ValueError where there are fewer rows than ranks.
    """

    def __init__(
        self,
        counts: tuple[int, ...],
        batch_size: int,
        drop_last: bool,
        seed: int,
        rank: int,
        world_size: int,
        name: str = "train",
    ) -> None:
        rows = sum(counts)
        if rows < world_size:
            raise ValueError(
                f"the dataset {name!r} has {rows} rows for {world_size} workers, and each needs at least one to train on: use fewer "
                "workers (RAYLIFT_NUM_WORKERS) or more data"
            )
        self.counts, self.batch_size, self.drop_last = counts, batch_size, drop_last
        self.rank, self.num_processes = rank, world_size
        self.initial_seed, self.epoch = seed, 0

    @property
    def sampler(self) -> RankBatches:
        """Itself: it is where Accelerate looks for what it tells the epoch, when it has left out batches."""
        return self

    @property
    def is_uneven(self) -> bool:
        """Whether some ranks may have a row less than others in a step."""
        return not self.drop_last and sum(self.counts) % self.num_processes > 0

    def set_epoch(self, epoch: int) -> None:
        """The next pass gets the order of this epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        rows, step = sum(self.counts), self.num_processes * self.batch_size
        return rows // step if self.drop_last else -(-rows // step)

    def sizes(self) -> list[int]:
        """The rows of this rank's batches."""
        steps, size = len(self), self.batch_size
        last = size if self.drop_last else self._share() - (steps - 1) * size
        if last == 0 and size > 1:
            return [size] * (steps - 2) + [size - 1, 1]
        return [size] * (steps - 1) + [max(last, 1)] if steps else []

    def __iter__(self) -> Iterator[list[int]]:
        rows = self._rows()
        first: list[int] = []
        for size in self.sizes():
            batch = list(itertools.islice(rows, size))
            first = first or batch
            yield batch or first[:1]

    def _share(self) -> int:
        rows, ranks = sum(self.counts), self.num_processes
        return rows // ranks + (self.rank < rows % ranks)

    def _rows(self) -> Iterator[int]:
        """This rank's part of the shuffled rows, as they lie one after the other."""
        rows, ranks = sum(self.counts), self.num_processes
        begin = self.rank * (rows // ranks) + min(self.rank, rows % ranks)
        for start, window in shuffled(self.counts, self.initial_seed, self.epoch, begin, begin + self._share()):
            yield from window[max(0, begin - start) : begin + self._share() - start].tolist()


def shuffled(counts: tuple[int, ...], seed: int, epoch: int, begin: int, end: int) -> Iterator[tuple[int, numpy.ndarray]]:
    """The windows of an epoch that have rows between two places of its order, each with the place at which it starts."""
    starts, start = starts_of(counts), 0
    blocks = numpy.random.default_rng([seed, epoch]).permutation(len(counts))
    for number in range(0, len(blocks), WINDOW):
        window = blocks[number : number + WINDOW]
        size = sum(counts[block] for block in window)
        if start < end and begin < start + size:
            rows = numpy.concatenate([numpy.arange(starts[block], starts[block + 1]) for block in window])
            yield start, numpy.random.default_rng([seed, epoch, number]).permutation(rows)
        start += size
