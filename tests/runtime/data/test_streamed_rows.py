"""Rows of Ray Data as a Trainer reads them: in this process, with a stand-in for Ray's iterator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from tests.runtime import tiny
from transformers import Trainer

from raylift_runtime.data import get_dataset_shard
from raylift_runtime.data.row_counts import ROWS, row_counts
from raylift_runtime.data.shard import Rows, Shard, as_tensor
from raylift_runtime.data.trainer_data import connect


class Iterates:
    """Stands in for a DataIterator of Ray; with `parts`, for one that Ray has split."""

    def __init__(self, rows: list[dict[str, Any]], parts: int = 0) -> None:
        self.rows = rows
        if parts:
            self.world_size = lambda: parts

    def iter_rows(self) -> Iterator[dict[str, Any]]:
        yield from self.rows


def sentences(count: int) -> list[dict[str, Any]]:
    return [{"input_ids": numpy.full(8, row, dtype=numpy.int32), "labels": row % 2} for row in range(count)]


def shard(count: int, parts: int = 0, total: int | None = -1) -> Shard:
    return Shard(Iterates(sentences(count), parts), "train", count * max(parts, 1) if total == -1 else total)


def connected(tmp_path: Path, **arguments: Any) -> Trainer:
    trainer = tiny.trainer(tmp_path, **arguments)
    trainer.train_dataset, trainer.eval_dataset = shard(7, parts=2), shard(5)
    connect(trainer)
    return trainer


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (3, torch.int64, ()),
        (numpy.uint8(3), torch.int64, ()),
        (1.5, torch.float32, ()),
        (True, torch.bool, ()),
        ([1, 2], torch.int64, (2,)),
        (numpy.array([[1.0, 2.0]]), torch.float32, (1, 2)),
        (numpy.array([numpy.array([1, 2]), numpy.array([3, 4])], dtype=object), torch.int64, (2, 2)),
    ],
)
def test_numbers_become_tensors(value: Any, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = as_tensor(value)
    assert (tensor.dtype, tuple(tensor.shape)) == (dtype, shape)


def test_lists_of_different_lengths_become_lists_of_tensors() -> None:
    assert [part.tolist() for part in as_tensor([[1], [2, 3]])] == [[1], [2, 3]]


@pytest.mark.parametrize("value", ["text", b"bytes", None, {"a": 1}])
def test_what_is_no_number_stays(value: Any) -> None:
    assert as_tensor(value) is value
    assert as_tensor(["a", "b"]) == ["a", "b"]


def test_a_shard_is_as_long_as_its_part() -> None:
    assert len(shard(7, parts=2)) == 7
    assert len(shard(5)) == 5


def test_a_stream_has_no_length_and_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="it is a stream"):
        len(shard(7, total=None))


def test_training_data_is_read_as_ray_split_it_with_the_trainers_batch_size(tmp_path: Path) -> None:
    batches = list(connected(tmp_path).get_train_dataloader())
    assert [batch["input_ids"][:, 0].tolist() for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 0]]


def test_the_last_batch_is_dropped_where_the_trainer_says_so(tmp_path: Path) -> None:
    batches = list(connected(tmp_path, dataloader_drop_last=True).get_train_dataloader())
    assert [batch["input_ids"][:, 0].tolist() for batch in batches] == [[0, 1, 2, 3]]


def test_the_trainers_collator_is_used(tmp_path: Path) -> None:
    trainer = connected(tmp_path)
    trainer.data_collator = lambda rows: {"input_ids": torch.stack([row["input_ids"] for row in rows]) + 1}
    first = next(iter(trainer.get_train_dataloader()))
    assert first["input_ids"][:, 0].tolist() == [1, 2, 3, 4]


def test_epochs_say_how_long_to_train(tmp_path: Path) -> None:
    trainer = connected(tmp_path, num_train_epochs=3)
    assert trainer.train().global_step == 6


def test_evaluation_data_is_kept_whole_and_split_by_the_trainer(tmp_path: Path) -> None:
    trainer = connected(tmp_path, per_device_eval_batch_size=2)
    assert isinstance(trainer.eval_dataset, Rows)
    assert [row["labels"].item() for row in trainer.eval_dataset] == [0, 1, 0, 1, 0]
    assert trainer.predict(trainer.eval_dataset).predictions.shape == (5, 2)


def test_several_evaluation_datasets_keep_their_names(tmp_path: Path) -> None:
    trainer = tiny.trainer(tmp_path)
    trainer.eval_dataset = {"near": shard(3), "far": trainer.eval_dataset}
    connect(trainer)
    assert {name: len(rows) for name, rows in trainer.eval_dataset.items()} == {"near": 3, "far": 16}


def test_evaluation_data_that_ray_has_split_is_an_error(tmp_path: Path) -> None:
    trainer = tiny.trainer(tmp_path)
    trainer.eval_dataset = shard(5, parts=2)
    with pytest.raises(ValueError, match="datasets_to_split"):
        connect(trainer)


def test_a_trainer_without_ray_data_stays_as_it_is(tmp_path: Path) -> None:
    trainer = tiny.trainer(tmp_path)
    before = vars(trainer).copy()
    connect(trainer)
    assert vars(trainer) == before


def test_ray_data_is_never_read_in_a_subprocess(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trainer = connected(tmp_path, dataloader_num_workers=2, dataloader_prefetch_factor=2)
    assert trainer.args.dataloader_num_workers == 0
    assert "set to 0" in caplog.text
    assert len(list(trainer.get_train_dataloader())) == 2


def test_a_dataset_that_was_not_given_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray.train

    given = {"train": Iterates(sentences(3))}
    monkeypatch.setattr(ray.train, "get_dataset_shard", given.__getitem__)
    monkeypatch.setenv(ROWS, json.dumps({"train": 3}))
    assert get_dataset_shard("evaluation") is None
    train = get_dataset_shard("train")
    assert isinstance(train, Shard) and (len(train), len(list(train))) == (3, 3)


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


def test_a_shard_can_be_predicted(tmp_path: Path) -> None:
    predicted = connected(tmp_path).predict(shard(5))
    assert predicted.predictions.shape == (5, 2)
    assert predicted.label_ids.tolist() == [0, 1, 0, 1, 0]
