"""Rows out of blocks are those of the Hugging Face dataset that the blocks were made of."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Sequence, Value

from raylift_runtime.data import blocks as in_blocks
from raylift_runtime.data.block_rows import BlockRows


class Stored:
    """Stands in for a reference to what lies in Ray's object store."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def hex(self) -> str:
        return f"{id(self):x}"


@pytest.fixture
def rows_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a dataset into small blocks, and gives its rows from there."""
    import ray

    monkeypatch.setattr(ray, "get", lambda stored: stored.table)
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 100)

    def put(dataset: Dataset) -> BlockRows:
        tables = list(in_blocks._tables(dataset))
        assert all(table.num_rows for table in tables) or not len(dataset)
        return BlockRows("train", in_blocks.Blocks(tuple(map(Stored, tables)), tuple(table.num_rows for table in tables)))

    return put


def made(rows: int = 20) -> Dataset:
    features = Features({"ids": Sequence(Value("int32")), "label": ClassLabel(names=["no", "yes"]), "text": Value("string")})
    content = {"ids": [list(range(row % 4)) for row in range(rows)], "label": [row % 2 for row in range(rows)]}
    return Dataset.from_dict({**content, "text": [f"row {row}" for row in range(rows)]}, features=features)


def test_rows_are_those_of_the_dataset_in_any_order(rows_of: Any) -> None:
    dataset = made()
    rows = rows_of(dataset)
    assert len(rows.blocks.counts) > 3
    assert [rows[row] for row in range(len(rows))] == list(dataset)
    asked = [7, 0, 19, 7, 3]
    assert rows.__getitems__(asked) == [dataset[row] for row in asked]
    assert rows[-1] == dataset[-1]
    assert (rows.column_names, rows.features) == (dataset.column_names, dataset.features)
    with pytest.raises(IndexError):
        rows[20]


def test_what_was_selected_and_shuffled_keeps_its_order(rows_of: Any) -> None:
    dataset = made().shuffle(seed=3).select(range(4, 15))
    assert list(rows_of(dataset)) == list(dataset)


def test_a_format_travels_with_the_rows(rows_of: Any) -> None:
    (first, *_) = rows_of(made().with_format("torch", columns=["label"]))
    assert list(first) == ["label"]
    assert isinstance(first["label"], torch.Tensor)
    doubled = rows_of(made().with_transform(lambda batch: {"twice": [2 * label for label in batch["label"]]}))
    assert doubled.__getitems__([1, 18]) == [{"twice": 2}, {"twice": 0}]


def test_only_so_many_blocks_are_held_at_a_time(rows_of: Any) -> None:
    rows = rows_of(made(400))
    assert len(list(rows)) == 400
    assert len(rows.blocks.counts) > 2 * len(rows._open)


def test_all_rows_make_a_hugging_face_dataset_again(rows_of: Any) -> None:
    dataset = made().with_format("numpy", columns=["ids", "label"])
    again = rows_of(dataset).to_huggingface()
    assert again.format == dataset.format
    assert again.with_format(None).to_list() == dataset.with_format(None).to_list()
    assert len(again.filter(lambda row: row["label"] == 1)) == 10


def test_no_rows_are_no_rows(rows_of: Any) -> None:
    assert list(rows_of(made(0))) == []
