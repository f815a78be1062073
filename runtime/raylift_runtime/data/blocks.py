"""A Hugging Face dataset as blocks in Ray's object store, from which each worker reads the rows that it needs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raylift_runtime.cluster.connection import connected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BLOCK_BYTES = 8 << 20  # what a worker holds of the data at a time are a few of these
STREAMED_ROWS = 1000
OWN = "_raylift_blocks"
FORMAT = b"raylift_format"


@dataclass(frozen=True)
class Blocks:
    """A dataset in parts: references to Arrow tables with the features of the dataset in their schema, and the rows of each."""

    references: tuple[Any, ...]
    counts: tuple[int, ...]


def from_huggingface(dataset: Any) -> Any:
    """A `ray.data.Dataset` of a Hugging Face dataset, to be given to the TorchTrainer as `datasets={"train": ...}`; call it on the driver.

    The rows keep their order, also after `select`, `shuffle` and `train_test_split`; workers get each row as `dataset[i]` would give it,
    decoded and in the format that was set. They are written once into Ray's object store, which spills to disk what it cannot hold. An
    `IterableDataset` is not read before the training, but streamed to it by one task.
    Raises TypeError for anything else.
    """
    import ray.data
    from datasets import Dataset, IterableDataset

    connected()
    if isinstance(dataset, IterableDataset):
        return _streamed(dataset)
    if not isinstance(dataset, Dataset):
        raise TypeError(
            f"from_huggingface takes a datasets.Dataset or IterableDataset, one split at a time, not {type(dataset).__name__}"
        )
    references, counts = [], []
    for table in _tables(dataset):
        references.append(ray.put(table))
        counts.append(table.num_rows)
    handed_over = ray.data.from_arrow_refs(references)
    setattr(handed_over, OWN, Blocks(tuple(references), tuple(counts)))
    return handed_over


def blocks_of(datasets: Mapping[str, Any] | None) -> dict[str, Blocks | None]:
    """The blocks of those datasets that `from_huggingface` has made; None for a stream."""
    return {name: getattr(dataset, OWN) for name, dataset in (datasets or {}).items() if hasattr(dataset, OWN)}


def _streamed(dataset: Any) -> Any:
    """A dataset that one task reads while it is trained on, which needs no CPU beside the workers'.

    `ray.data.from_huggingface` asks the Hub for the files behind it first, fails without it, and needs a CPU of its own.
    """
    import ray.data

    def tables(_: Any) -> Iterator[Any]:
        yield from dataset.with_format("arrow").iter(batch_size=STREAMED_ROWS)

    handed_over = ray.data.from_items([0]).map_batches(tables, batch_size=1, batch_format="pyarrow", num_cpus=0)
    setattr(handed_over, OWN, None)
    return handed_over


def _tables(dataset: Any) -> Iterator[Any]:
    """The rows in order, a table at a time, so that the driver never holds them all; one empty table where there are none."""
    import ray.cloudpickle
    from datasets.features.features import require_storage_embed
    from datasets.table import embed_table_storage

    described = {**(dataset.features.arrow_schema.metadata or {}), FORMAT: ray.cloudpickle.dumps(dataset.format)}
    needs_files = any(map(require_storage_embed, dataset.features.values()))
    plain = dataset.with_format("arrow")
    row_bytes = max(1, dataset.data.nbytes // max(1, dataset.data.num_rows))
    rows = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, max(1, len(dataset)), rows):
        table = plain[start : start + rows]
        table = embed_table_storage(table) if needs_files else table
        yield table.replace_schema_metadata(described)


def starts_of(counts: tuple[int, ...]) -> list[int]:
    """The number of the first row of each block, and at the end that of all rows."""
    return list(itertools.accumulate(counts, initial=0))
