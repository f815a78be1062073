"""`data_loader`: what a loop with an Accelerator hands to `accelerator.prepare` instead of a DataLoader over a dataset of its own."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any

import torch
from accelerate import PartialState
from accelerate.data_loader import DataLoaderShard
from torch.utils.data import DataLoader, Dataset, RandomSampler

from raylift_runtime.data.block_rows import rows_within
from raylift_runtime.data.epoch_order import RankBatches
from raylift_runtime.data.handed_datasets import get_dataset_shard
from raylift_runtime.data.shard import PlainRows, Shard
from raylift_runtime.data.uneven_gather import mend_gather
from raylift_runtime.worker.session import Session, current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accelerate import Accelerator

logger = logging.getLogger(__name__)


class RankLoader(DataLoaderShard):  # type: ignore[misc]  # accelerate ships no types for mypy --strict
    """A loader of this rank's batches that Accelerate takes for one that it has prepared itself.

    Each pass is the next epoch, also after one that was broken off; `set_epoch` says another. No row of it is repeated, so
    `gather_for_metrics` has none to drop.
    """

    _is_accelerate_prepared = True
    remainder: int
    iteration: int
    device: torch.device | None

    def __init__(self, dataset: Any, *, rows_of_batch: int, **options: Any) -> None:
        super().__init__(dataset, **options)
        self._rows_of_batch = rows_of_batch

    @property
    def batch_size(self) -> int:
        """The rows of this rank's batches."""
        return self._rows_of_batch

    def begin(self) -> None:
        """Called by Accelerate at the beginning of a pass."""
        super().begin()
        self.remainder = 0

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.dataset, PlainRows):  # which may be read without having been prepared
            self.device = self.device or PartialState().device
        epoch = self.iteration
        try:
            yield from super().__iter__()
        finally:
            self.iteration = max(self.iteration, epoch + 1)


def data_loader(
    dataset: str | Dataset[Any],
    *,
    batch_size: int = 1,
    shuffle: bool = False,
    collate_fn: Callable[[list[Any]], Any] | None = None,
    drop_last: bool = False,
    generator: torch.Generator | None = None,
    num_workers: int = 0,
    pin_memory: bool = False,
    **unused: Any,
) -> DataLoader[Any]:
    """A loader of the dataset that the driver handed over by this name, in the place of `DataLoader(...)`.

    Until `accelerator.prepare` has taken it, it is a loader of all rows, as long as one over a dataset of the script's own; from
    there on one of this rank's batches on the Accelerator's device. `batch_size` is that of each rank, `collate_fn` gets a list of
    rows. Without `shuffle` Accelerate splits it, repeats rows in the last batch and drops them in `gather_for_metrics`; with it each
    row comes once an epoch on one rank, in an order by the script's seed, or `generator`'s. What else a DataLoader takes is about
    processes of its own, and has no effect. A torch Dataset around `get_dataset_shard(name)`, whose rows are those of the shard one by
    one, may be given in place of the name, and is read as that is. A stream is split already: its loader is this rank's from the beginning.

    Raises KeyError where nothing of this name was handed over, ValueError where there are no rows to shuffle, or where a stream is to
    be shuffled here, or has not been split.
    """
    session, rows = current(), get_dataset_shard(dataset) if isinstance(dataset, str) else dataset
    if session is None or rows is None:
        raise KeyError(f"no dataset {dataset!r} was handed over: give the TorchTrainer datasets={{{dataset!r}: ...}}")
    if num_workers:
        logger.warning("num_workers=%d has no effect: Ray Data cannot be read in a subprocess.", num_workers)
    options = {"batch_size": batch_size, "collate_fn": collate_fn, "pin_memory": pin_memory, "drop_last": drop_last}
    if isinstance(rows, Shard):
        _check_stream(rows, session, shuffle)
        return RankLoader(PlainRows(rows), rows_of_batch=batch_size, _drop_last=drop_last, **options)
    if shuffle and not len(rows):
        held = rows_within(rows)
        raise ValueError(f"the dataset {held.name if held else dataset!r} has no rows to train on")
    _split_shuffled_loaders()
    return DataLoader(rows, shuffle=shuffle, generator=generator, **options)


def training_loader(
    dataset: Dataset[Any], batch_size: int, drop_last: bool, seed: int, session: Session, **options: Any
) -> RankLoader:
    """The loader of this rank's part of the rows, shuffled; `batch_size` is that of each rank."""
    rows = rows_within(dataset)
    assert rows is not None
    own = RankBatches(rows.blocks.counts, batch_size, drop_last, seed, session.rank, session.world_size, rows.name)
    if own.is_uneven:
        mend_gather()
    return RankLoader(dataset, rows_of_batch=batch_size, batch_sampler=own, _drop_last=drop_last, **options)


def own_part(loader: DataLoader[Any], accelerator: Accelerator, seed: int, session: Session) -> RankLoader:
    """This rank's part of a loader that shuffles all rows, for the Accelerator's device."""
    size = int(loader.batch_size or 1)
    size = size // session.world_size if accelerator.split_batches else size
    device = accelerator.device if accelerator.device_placement else None
    options = {"collate_fn": loader.collate_fn, "pin_memory": loader.pin_memory, "device": device}
    return training_loader(loader.dataset, size, loader.drop_last, seed, session, **options)


def shares_batches(accelerator: Accelerator) -> bool:
    """Whether some ranks read the same batches, as those do that hold parts of one model or of one sequence: Accelerate knows which."""
    config = getattr(accelerator, "parallelism_config", None)
    return config is not None and config.non_data_parallel_size > 1


def _split_shuffled_loaders() -> None:
    """From now on Accelerators take a loader that shuffles blocks apart block by block, where they would read every block on every rank."""
    from accelerate import Accelerator

    as_before = Accelerator.prepare_data_loader
    if hasattr(as_before, "_raylift"):
        return

    @functools.wraps(as_before)
    def prepare_data_loader(self: Accelerator, loader: Any, *arguments: Any, **options: Any) -> Any:
        session = current()
        is_ours = rows_within(getattr(loader, "dataset", None)) is not None and not isinstance(loader, RankLoader)
        if session is None or not is_ours or not isinstance(loader.sampler, RandomSampler) or shares_batches(self):
            return as_before(self, loader, *arguments, **options)
        seed = session.from_rank_zero((loader.generator or torch.default_generator).initial_seed())
        return as_before(self, own_part(loader, self, seed, session), *arguments, **options)

    prepare_data_loader._raylift = True  # type: ignore[attr-defined]  # marks the replacement, so that it is made once
    Accelerator.prepare_data_loader = prepare_data_loader


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
