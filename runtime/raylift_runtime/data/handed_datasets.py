"""The datasets that the driver has handed over, as a worker asks for them by name."""

from __future__ import annotations

from raylift_runtime.data.block_rows import BlockRows
from raylift_runtime.data.row_counts import known_rows
from raylift_runtime.data.shard import Shard
from raylift_runtime.worker import handed_over


def get_dataset_shard(name: str = "train") -> BlockRows | Shard | None:
    """The dataset that was given to the trainer as `datasets={name: ...}`, for a Trainer; None if there is none of that name.

    What `from_huggingface` has made of a dataset comes as that whole dataset, of which each rank reads its part; a stream of it as this
    rank's rows, as they were there. Anything else comes as this rank's rows in tensors, and every rank calls this: Ray splits a dataset once all have asked. Give the result to a Trainer as
    `train_dataset`, or as `eval_dataset`, which the Trainer splits among the ranks itself: leave that whole, by
    `dataset_config=DataConfig(datasets_to_split=["train"])`.
    """
    import ray.train

    blocks = handed_over.datasets.get(name)
    if blocks is not None:
        return BlockRows(name, blocks)
    try:
        iterator = ray.train.get_dataset_shard(name)
    except (KeyError, AssertionError):  # the latter in local mode
        return None
    return None if iterator is None else Shard(iterator, name, known_rows(name), is_plain=name in handed_over.datasets)
