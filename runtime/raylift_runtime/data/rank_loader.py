"""`data_loader`: what a loop with an Accelerator reads instead of a DataLoader over a dataset of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch
from accelerate import PartialState
from accelerate.data_loader import BatchSamplerShard, DataLoaderShard
from torch.utils.data import BatchSampler, SequentialSampler

from raylift_runtime.data.block_rows import BlockRows
from raylift_runtime.data.epoch_order import RankBatches
from raylift_runtime.data.handed_datasets import get_dataset_shard
from raylift_runtime.data.shard import PlainRows, Shard
from raylift_runtime.data.uneven_gather import mend_gather
from raylift_runtime.worker.session import Session, current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)


class RankLoader(DataLoaderShard):  # type: ignore[misc]  # accelerate ships no types for mypy --strict
    """A loader of this rank's batches that Accelerate takes for one that it has prepared itself.

    Each pass is the next epoch, also after one that was broken off; `set_epoch` says another. `is_exact`: no row of it is repeated,
    so that `gather_for_metrics` has none to drop.
    """

    _is_accelerate_prepared = True
    remainder: int
    iteration: int
    device: torch.device | None

    def __init__(self, dataset: Any, *, rows_of_batch: int, is_exact: bool, **options: Any) -> None:
        super().__init__(dataset, **options)
        self._rows_of_batch, self._is_exact = rows_of_batch, is_exact

    @property
    def batch_size(self) -> int:
        """The rows of this rank's batches."""
        return self._rows_of_batch

    def begin(self) -> None:
        """Called by Accelerate at the beginning of a pass."""
        super().begin()
        self.remainder = 0 if self._is_exact else self.remainder

    def __iter__(self) -> Iterator[Any]:
        self.device = self.device or PartialState().device
        epoch = self.iteration
        try:
            yield from super().__iter__()
        finally:
            self.iteration = max(self.iteration, epoch + 1)


def data_loader(
    name: str,
    *,
    batch_size: int = 1,
    shuffle: bool = False,
    collate_fn: Callable[[list[Any]], Any] | None = None,
    drop_last: bool = False,
    generator: torch.Generator | None = None,
    num_workers: int = 0,
    pin_memory: bool = False,
    **unused: Any,
) -> RankLoader:
    """Batches of the dataset that the driver handed over as `name`, in the place of `accelerator.prepare(DataLoader(...))`.

    `batch_size` is that of each rank, `collate_fn` gets a list of rows, batches come on the Accelerator's device. Without `shuffle` the
    batches are those of Accelerate, which repeats rows in the last one and drops them in `gather_for_metrics`; with it each row comes
    once an epoch on one rank, in an order by the script's seed, or `generator`'s. Every rank calls it, at the same place. What else a
    DataLoader takes is about processes of its own, and has no effect.

    Raises KeyError where nothing of this name was handed over, ValueError where a stream is to be shuffled here, or has not been split.
    """
    session, rows = current(), get_dataset_shard(name)
    if session is None or rows is None:
        raise KeyError(f"no dataset {name!r} was handed over: give the TorchTrainer datasets={{{name!r}: ...}}")
    if num_workers:
        logger.warning("num_workers=%d has no effect: Ray Data cannot be read in a subprocess.", num_workers)
    options = {"collate_fn": collate_fn, "pin_memory": pin_memory}
    if isinstance(rows, Shard):
        _check_stream(rows, session, shuffle)
        return RankLoader(
            PlainRows(rows),
            rows_of_batch=batch_size,
            is_exact=True,
            batch_size=batch_size,
            drop_last=drop_last,
            _drop_last=drop_last,
            **options,
        )
    if shuffle:
        seed = session.from_rank_zero((generator or torch.default_generator).initial_seed())
        return training_loader(rows, batch_size, drop_last, seed, session, **options)
    sampler = BatchSampler(SequentialSampler(range(len(rows))), batch_size, drop_last)
    own = BatchSamplerShard(sampler, session.world_size, session.rank)
    return RankLoader(rows, rows_of_batch=batch_size, is_exact=False, batch_sampler=own, _drop_last=drop_last, **options)


def training_loader(rows: BlockRows, batch_size: int, drop_last: bool, seed: int, session: Session, **options: Any) -> RankLoader:
    """The loader of this rank's part of the rows, shuffled; `batch_size` is that of each rank."""
    own = RankBatches(rows.blocks.counts, batch_size, drop_last, seed, session.rank, session.world_size, rows.name)
    if own.is_uneven:
        mend_gather()
    return RankLoader(rows, rows_of_batch=batch_size, is_exact=True, batch_sampler=own, _drop_last=drop_last, **options)


def _check_stream(rows: Shard, session: Session, shuffle: bool) -> None:
    if shuffle:
        raise ValueError(
            f"the dataset {rows.name!r} is a stream, which is shuffled where it is made: dataset.shuffle(seed=..., buffer_size=...)"
        )
    if rows.parts != session.world_size:
        raise ValueError(
            f"the dataset {rows.name!r} is a stream that Ray has not split, so each of {session.world_size} workers would read all of it. "
            f'Give the TorchTrainer dataset_config=DataConfig(datasets_to_split=["{rows.name}"]).'
        )
