"""Rows that Ray Data streams to a worker, as Ray's removed `TransformersTrainer` handed them to a Trainer: rows instead of batches."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy
import torch
from torch.utils.data import Dataset, IterableDataset

if TYPE_CHECKING:
    from collections.abc import Iterator

DTYPES = {"i": torch.int64, "u": torch.int64, "f": torch.float32, "b": torch.bool}


class Shard(IterableDataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """Rows as dicts of tensors: integers as int64, floats as float32; what is no number stays as it is. Plain rows stay what they are.

    `total` is the size of the whole dataset. Each pass reads the data again; where Ray split it, all ranks must pass together.
    """

    def __init__(self, iterator: Any, name: str = "train", total: int | None = None, *, is_plain: bool = False) -> None:
        self.iterator, self.name, self.total, self.is_plain = iterator, name, total, is_plain
        parts = getattr(iterator, "world_size", None)
        self.parts: int = parts() if callable(parts) else 1

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.iterator.iter_rows():
            yield {key: as_plain(value) if self.is_plain else as_tensor(value) for key, value in row.items()}

    def to_huggingface(self) -> Any:
        """Raises TypeError: a Trainer that maps its dataset takes no stream that Ray deals out."""
        raise TypeError(
            f"the dataset {self.name!r} is a stream, which Ray deals out row by row, and this Trainer maps and filters a dataset: load "
            "it without streaming, or lift the script without `--data ray`."
        )

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


def as_plain(value: Any) -> Any:
    """A value as an unformatted Hugging Face dataset has it."""
    return value.tolist() if isinstance(value, (numpy.generic, numpy.ndarray)) else value


class PlainRows(IterableDataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """The same rows as plain Python values, as an unformatted Hugging Face dataset gives them."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.shard.iterator.iter_rows():
            yield {key: as_plain(value) for key, value in row.items()}

    def __len__(self) -> int:
        return len(self.shard)
