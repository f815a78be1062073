"""The sizes of datasets, as they travel to the workers."""

from __future__ import annotations

import json

import pytest

from raylift_runtime.data.row_counts import ROWS, dataset_rows, row_counts


def test_no_datasets_have_no_sizes() -> None:
    assert row_counts(None) == row_counts({}) == {}


def test_only_data_in_memory_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.data.dataset import MaterializedDataset

    class InMemory(MaterializedDataset):
        def __init__(self) -> None:
            pass

        def count(self) -> int:
            return 15

        def __del__(self) -> None:
            pass

    assert json.loads(row_counts({"train": InMemory(), "stream": object()})[ROWS]) == {"train": 15}


def test_a_worker_knows_the_rows_of_all_ranks_and_asks_for_no_stream_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROWS, json.dumps({"train": 15}))
    assert dataset_rows("train") == 15
    with pytest.raises(TypeError, match="'stream' is not known"):
        dataset_rows("stream")
