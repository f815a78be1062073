"""Ray Data for scripts: datasets handed over by the driver, and loaders and Trainers that read them as they read their own."""

from raylift_runtime.data.blocks import from_huggingface
from raylift_runtime.data.handed_datasets import get_dataset_shard
from raylift_runtime.data.rank_loader import data_loader
from raylift_runtime.data.row_counts import dataset_rows

__all__ = ["data_loader", "dataset_rows", "from_huggingface", "get_dataset_shard"]
