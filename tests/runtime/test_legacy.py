"""What Ray's removed trainers did besides training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ray.train import Checkpoint
from tests.runtime import tiny
from transformers import TrainerCallback

from raylift_runtime.legacy import SaveAtEndCallback, trainer_folder


class StopsAfter(TrainerCallback):
    """Ends the training early, as early stopping does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_training_stop = state.global_step >= self.step


def trained(tmp_path: Path, *callbacks: TrainerCallback, **arguments: Any) -> list[dict[str, Any]]:
    trainer = tiny.trainer(tmp_path, **arguments)
    for callback in (*callbacks, SaveAtEndCallback()):
        trainer.add_callback(callback)
    trainer.train()
    history: list[dict[str, Any]] = trainer.state.log_history
    return history


def steps_of(history: list[dict[str, Any]], key: str) -> list[int]:
    return [line["step"] for line in history if key in line]


def saved(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.glob("checkpoint-*"))


def test_a_training_that_never_saves_saves_once_at_the_end(tmp_path: Path) -> None:
    trained(tmp_path, max_steps=5, save_strategy="no")
    assert saved(tmp_path) == ["checkpoint-5"]


def test_the_last_loss_is_logged_and_the_last_model_evaluated(tmp_path: Path) -> None:
    history = trained(tmp_path, max_steps=5, eval_strategy="steps", eval_steps=2, save_steps=4)
    assert steps_of(history, "loss") == [2, 4, 5]
    assert steps_of(history, "eval_loss") == [2, 4, 5]
    assert saved(tmp_path) == ["checkpoint-4", "checkpoint-5"]


def test_a_trainer_that_does_not_evaluate_is_not_made_to(tmp_path: Path) -> None:
    assert not steps_of(trained(tmp_path, max_steps=3), "eval_loss")


def test_nothing_is_done_twice(tmp_path: Path) -> None:
    strategies = dict.fromkeys(("eval_strategy", "logging_strategy", "save_strategy"), "epoch")
    history = trained(tmp_path, num_train_epochs=1, **strategies)
    assert steps_of(history, "loss") == steps_of(history, "eval_loss") == [16]
    assert saved(tmp_path) == ["checkpoint-16"]


def test_a_training_that_is_stopped_early_ends_the_same_way(tmp_path: Path) -> None:
    history = trained(tmp_path, StopsAfter(3), max_steps=9, eval_strategy="epoch", save_strategy="no")
    assert steps_of(history, "loss")[-1] == 3
    assert steps_of(history, "eval_loss") == [3]
    assert saved(tmp_path) == ["checkpoint-3"]


@pytest.mark.parametrize("inner", ["", "checkpoint"])
def test_the_files_are_found_in_either_layout(inner: str, tmp_path: Path) -> None:
    place = tmp_path / inner
    place.mkdir(exist_ok=True)
    (place / "model.safetensors").touch()
    with trainer_folder(Checkpoint.from_directory(str(tmp_path))) as folder:
        assert folder is not None
        assert [path.name for path in Path(folder).iterdir()] == ["model.safetensors"]


def test_no_checkpoint_has_no_folder() -> None:
    with trainer_folder(None) as folder:
        assert folder is None
