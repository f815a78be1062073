"""How many rows the datasets have that the driver handed over: a number that every worker knows without asking anybody."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = "RAYLIFT_DATASET_ROWS"


def row_counts(datasets: Mapping[str, Any] | None) -> dict[str, str]:
    """The sizes of the datasets in memory, as the variable that takes them to the workers; a stream's is not known."""
    if not datasets:
        return {}
    from ray.data.dataset import MaterializedDataset

    sizes = {name: rows.count() for name, rows in datasets.items() if isinstance(rows, MaterializedDataset)}
    return {ROWS: json.dumps(sizes)}


def known_rows(name: str) -> int | None:
    """The rows of a whole dataset, None where nobody knows."""
    count: int | None = json.loads(os.environ.get(ROWS, "{}")).get(name)
    return count


def dataset_rows(name: str = "train") -> int:
    """How many rows the dataset has that was given to the trainer as `datasets={name: ...}`, over all ranks; any rank may ask.

    Raises TypeError for a stream, whose size nobody knows, and for a name that was not given.
    """
    count = known_rows(name)
    if count is None:
        raise TypeError(
            f"the size of dataset {name!r} is not known: it is a stream, or none of that name was handed over. Set max_steps, or pass "
            "dataset.materialize() to the TorchTrainer."
        )
    return count
