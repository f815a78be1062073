"""Ray Data for a Hugging Face Trainer: rows instead of batches, so that its own collator, batch size and epochs count.

The source is Ray's removed `TransformersTrainer`, which handed over its datasets in this form.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
from typing import TYPE_CHECKING, Any

import numpy
import torch
from torch.utils.data import Dataset, IterableDataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from accelerate import Accelerator
    from transformers import Trainer

logger = logging.getLogger(__name__)

ROWS = "RAYLIFT_DATASET_ROWS"
DTYPES = {"i": torch.int64, "u": torch.int64, "f": torch.float32, "b": torch.bool}


def get_dataset_shard(name: str = "train") -> Shard | None:
    """This rank's rows of a dataset that was given to the trainer as `datasets={name: ...}`; None if there is none of that name.

    Every rank calls it: Ray splits a dataset once all have asked. Give the result to a Trainer as `train_dataset`, which is read
    as it is, or as `eval_dataset`, which the Trainer splits among the ranks itself: leave it whole, by
    `dataset_config=DataConfig(datasets_to_split=["train"])`.
    """
    import ray.train

    try:
        iterator = ray.train.get_dataset_shard(name)
    except (KeyError, AssertionError):  # the latter in local mode
        return None
    return None if iterator is None else Shard(iterator, name, json.loads(os.environ.get(ROWS, "{}")).get(name))


def row_counts(datasets: Mapping[str, Any] | None) -> dict[str, str]:
    """The sizes of the datasets in memory, as the variable that takes them to the workers; a stream's is not known."""
    if not datasets:
        return {}
    from ray.data.dataset import MaterializedDataset

    sizes = {name: rows.count() for name, rows in datasets.items() if isinstance(rows, MaterializedDataset)}
    return {ROWS: json.dumps(sizes)}


class Shard(IterableDataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """Rows as dicts of tensors: integers as int64, floats as float32; what is no number stays as it is.

    `total` is the size of the whole dataset. Each pass reads the data again; where Ray split it, all ranks must pass together.
    """

    def __init__(self, iterator: Any, name: str = "train", total: int | None = None) -> None:
        self.iterator, self.name, self.total = iterator, name, total
        parts = getattr(iterator, "world_size", None)
        self.parts: int = parts() if callable(parts) else 1

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.iterator.iter_rows():
            yield {key: as_tensor(value) for key, value in row.items()}

    def __len__(self) -> int:
        """How many rows this rank gets in one pass; raises TypeError for a stream, whose size nobody knows."""
        if self.total is None:
            raise TypeError(
                f"the size of dataset {self.name!r} is not known: it is a stream. Set max_steps, or pass dataset.materialize()."
            )
        return self.total // self.parts


class Rows(Dataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """All rows of a shard, read into memory the first time that one is needed."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard

    @functools.cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return list(self.shard)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self._rows[index]


def as_tensor(value: Any) -> Any:
    """A number, or nested lists or arrays of numbers, as a tensor; lists that fit into none become lists of tensors."""
    if isinstance(value, (bool, int, float, numpy.generic, numpy.ndarray, list, tuple)):
        try:
            array = numpy.asarray(value)
        except ValueError:  # lists of different lengths
            array = numpy.empty(0, dtype=object)
        if array.dtype.kind in DTYPES:
            return torch.tensor(array, dtype=DTYPES[array.dtype.kind])
        if isinstance(value, (list, tuple, numpy.ndarray)) and array.dtype.kind == "O":
            parts = [as_tensor(part) for part in value]
            is_even = all(isinstance(part, torch.Tensor) for part in parts) and len({part.shape for part in parts}) == 1
            return torch.stack(parts) if is_even else parts
    return value


def connect(trainer: Trainer) -> None:
    """Lets a Trainer read the shards that it was given: training data as Ray split it, evaluation data split by the Trainer.

    Call it on every rank. Raises ValueError where Ray has split the evaluation data already.
    """
    if isinstance(trainer.train_dataset, Shard):
        _stay_in_process(trainer)
        _read_as_split(trainer)
    evaluation = trainer.eval_dataset
    if isinstance(evaluation, dict):
        trainer.eval_dataset = {name: _whole(data) for name, data in evaluation.items()}
    else:
        trainer.eval_dataset = _whole(evaluation)


def _whole(data: Any) -> Any:
    if not isinstance(data, Shard):
        return data
    if data.parts > 1:
        raise ValueError(
            f"Ray has split the dataset {data.name!r} among the workers, and the Trainer would split it once more. "
            'Give the TorchTrainer dataset_config=DataConfig(datasets_to_split=["train"]).'
        )
    return Rows(data)


def _stay_in_process(trainer: Trainer) -> None:
    if trainer.args.dataloader_num_workers:
        logger.warning("dataloader_num_workers is set to 0: Ray Data reads ahead by itself, and cannot be read in a subprocess.")
        trainer.args.dataloader_num_workers = 0
        trainer.args.dataloader_prefetch_factor, trainer.args.dataloader_persistent_workers = None, False


def _read_as_split(trainer: Trainer) -> None:
    from accelerate.data_loader import IterableDatasetShard

    make = trainer.get_train_dataloader

    @functools.wraps(make)
    def get_train_dataloader() -> Any:
        shard, drop_last = trainer.train_dataset, trainer.args.dataloader_drop_last
        # Alone in its group it splits nothing; it fills the last batch with the first rows, as it does for any Trainer.
        trainer.train_dataset = IterableDatasetShard(shard, batch_size=trainer._train_batch_size, drop_last=drop_last)
        try:
            with _no_splitting(trainer.accelerator):
                return make()
        finally:
            trainer.train_dataset = shard

    trainer.get_train_dataloader = get_train_dataloader


@contextlib.contextmanager
def _no_splitting(accelerator: Accelerator) -> Iterator[None]:
    """Within it, a loader is prepared for its device and for gradient accumulation, but every rank keeps all it yields."""
    from accelerate.data_loader import prepare_data_loader

    def prepare(loader: Any, *_: Any, **__: Any) -> Any:
        place = bool(accelerator.device_placement)
        prepared = prepare_data_loader(loader, accelerator.device, 1, 0, put_on_device=place, dispatch_batches=False)
        accelerator._dataloaders.append(prepared)
        return prepared

    accelerator.prepare_data_loader = prepare
    try:
        yield
    finally:
        del accelerator.prepare_data_loader
