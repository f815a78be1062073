"""Rows of Ray Data as a Trainer reads them: in this process, with a stand-in for Ray's iterator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.runtime import tiny
from tests.runtime.iterates import shard
from transformers import Trainer

from raylift_runtime.data.shard import Rows
from raylift_runtime.data.trainer_data import connect


def connected(tmp_path: Path, **arguments: Any) -> Trainer:
    trainer = tiny.trainer(tmp_path, **arguments)
    trainer.train_dataset, trainer.eval_dataset = shard(7, parts=2), shard(5)
    connect(trainer)
    return trainer


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


def test_a_shard_can_be_predicted(tmp_path: Path) -> None:
    predicted = connected(tmp_path).predict(shard(5))
    assert predicted.predictions.shape == (5, 2)
    assert predicted.label_ids.tolist() == [0, 1, 0, 1, 0]
