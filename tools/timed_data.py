"""A loop that measures what its data cost: read by the script itself, handed over to this runtime, or in stock Ray's words.

Each rank writes what it measured to `timed-RANK.json`: milliseconds per step (median), those of a processor (mean), seconds from the driver's start to the first step, and
the megabytes of its own that the process held at the end of the epoch, without what it shares with others.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import torch

BATCH = 64


def measured(batches: Any, accelerator: Any, model: Any, optimizer: Any) -> None:
    """Trains an epoch."""
    times, worked = [], []
    for batch in batches:
        times.append(time.time())
        worked.append(time.process_time())
        loss = model(batch["input_ids"]).mean()
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
    between = [after - before for before, after in itertools.pairwise(times)]
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    found = {
        "step": 1000 * statistics.median(between),
        "processor": 1000 * (worked[-1] - worked[0]) / len(between),
        "steps": len(times),
    }
    found |= {"start": times[0] - float(os.environ["HF_TIMED_START"]), "own": int(own.split()[1]) / 1024}
    Path(os.environ["HF_TIMED_FOLDER"], f"timed-{os.environ['RANK']}.json").write_text(json.dumps(found))


def rows(batch: list[Any]) -> dict[str, torch.Tensor]:
    return {"input_ids": torch.tensor([row["input_ids"] for row in batch])}


def rows_of(table: Any) -> list[Any]:
    """The rows of a batch, as a lift for stock Ray makes them."""
    from datasets import Dataset
    from datasets.table import InMemoryTable

    columns = Dataset(InMemoryTable(table), fingerprint="batch")[:]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def train_func() -> None:
    from accelerate import Accelerator
    from accelerate.utils import set_seed

    kind, folder = os.environ["HF_TIMED_KIND"], os.environ["HF_TIMED_FOLDER"]
    accelerator = Accelerator(cpu=True)
    set_seed(1)
    model = torch.nn.EmbeddingBag(50, 16)
    model, optimizer = accelerator.prepare(model, torch.optim.SGD(model.parameters(), lr=0.1))
    if kind == "own":
        import datasets

        own = torch.utils.data.DataLoader(
            datasets.load_from_disk(f"{folder}/data"), batch_size=BATCH, shuffle=True, collate_fn=rows
        )
        batches = accelerator.prepare(own)
    elif kind == "ours":
        from raylift_runtime.data import data_loader

        batches = accelerator.prepare(data_loader("train", batch_size=BATCH, shuffle=True, collate_fn=rows))
    else:
        import ray.train

        tables = ray.train.get_dataset_shard("train").iter_batches(
            batch_size=BATCH, batch_format="pyarrow", local_shuffle_buffer_size=10_000, local_shuffle_seed=1
        )
        batches = (rows(rows_of(table)) for table in tables)
    measured(batches, accelerator, model, optimizer)


if __name__ == "__main__":
    kind, folder = sys.argv[1:]
    os.environ |= {"HF_TIMED_KIND": kind, "HF_TIMED_FOLDER": folder, "HF_TIMED_START": str(time.time())}
    import datasets
    import ray
    from ray.train import ScalingConfig

    from raylift_runtime.data import from_huggingface
    from raylift_runtime.torch import TorchTrainer

    handed_over = {}
    if kind == "ours":
        handed_over = {"train": from_huggingface(datasets.load_from_disk(f"{folder}/data"))}
    elif kind == "stock":
        handed_over = {"train": ray.data.from_huggingface(datasets.load_from_disk(f"{folder}/data"))}
    TorchTrainer(train_func, datasets=handed_over, scaling_config=ScalingConfig(num_workers=2)).fit()
