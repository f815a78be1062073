"""A training that continues ends with the figures of the whole of it, and not of its last attempt."""

from __future__ import annotations

import time
from inspect import getsource
from pathlib import Path
from typing import Any

import pytest
from tests.runtime import tiny
from tests.runtime.stored import Stored
from transformers import Trainer, TrainerCallback

from raylift_runtime import transformers
from raylift_runtime.metrics import outbox
from raylift_runtime.training import trainer_callback as reporting
from raylift_runtime.training import trainer_counters as tally
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer

STEPS, PAUSE = 10, 0.02


class Broken(Exception):
    """A failure that a test makes."""


class FailAt(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        time.sleep(PAUSE)
        if state.global_step == self.step:
            raise Broken


def train(folder: Path, session: Stored, monkeypatch: pytest.MonkeyPatch, fail_at: int = -1) -> Any:
    """One attempt, whose checkpoints fall between its logs: the training's own output and its history."""
    for module in (reporting, transformers):
        monkeypatch.setattr(module, "current", lambda: session)
    monkeypatch.setattr(outbox, "_trainings", iter(range(9)))  # as in a new process
    trainer = tiny.trainer(folder, max_steps=STEPS, save_steps=3, logging_steps=4, include_num_input_tokens_seen=True)
    trainer.add_callback(FailAt(fail_at))
    trainer.add_callback(RayTrainReportCallback())
    output = prepare_trainer(trainer).train()
    return output, trainer.state.log_history


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, float]:
    """What an undisturbed training ends with, one that fails twice and continues from steps 3 and 6, and all seconds of that."""
    folder = tmp_path_factory.mktemp("attempts")
    session = Stored(folder=str(folder / "run_b"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        undisturbed = train(folder / "a", Stored(folder=str(folder / "run_a")), monkeypatch)
        began = time.time()
        for step in (5, 8):
            with pytest.raises(Broken):
                train(folder / "b", session, monkeypatch, fail_at=step)
        return undisturbed, train(folder / "b", session, monkeypatch), time.time() - began


def losses(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if "runtime" not in name and "second" not in name} for line in history]


@pytest.mark.skipif("_tr_loss" not in getsource(Trainer), reason="this Trainer keeps to itself what it has not logged")
def test_losses_and_the_mean_of_them_are_those_of_an_undisturbed_training(attempts: tuple[Any, Any, float]) -> None:
    (undisturbed, history), (continued, continued_history), _ = attempts
    assert continued.training_loss == undisturbed.training_loss
    assert losses(continued_history) == losses(history)


def test_the_time_of_a_training_is_that_of_all_its_attempts(attempts: tuple[Any, Any, float]) -> None:
    _, (continued, history), all_seconds = attempts
    seconds = continued.metrics["train_runtime"]
    assert PAUSE * STEPS < seconds < all_seconds
    assert history[-1]["train_runtime"] == seconds
    assert continued.metrics["train_steps_per_second"] == pytest.approx(STEPS / seconds, rel=0.02)
    assert continued.metrics["train_samples_per_second"] == pytest.approx(4 * STEPS / seconds, rel=0.02)
    times = [line["train_runtime"] for line in history if "train_runtime" in line]
    assert times == sorted(times)


def test_a_second_training_of_the_same_trainer_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Stored(folder=str(tmp_path / "run"))
    with pytest.raises(Broken):
        train(tmp_path / "out", session, monkeypatch, fail_at=5)
    before = tally.read_counters(str(session.last), 0)["seconds"]
    monkeypatch.setattr(outbox, "_trainings", iter(range(9)))
    trainer = tiny.trainer(tmp_path / "out", max_steps=STEPS, save_steps=STEPS)
    trainer.add_callback(RayTrainReportCallback())
    assert prepare_trainer(trainer).train().metrics["train_runtime"] > before
    began = time.time()
    assert trainer.train().metrics["train_runtime"] < time.time() - began
    assert tally.read_counters(str(session.last), 0)["seconds"] < time.time() - began


def test_where_the_group_has_grown_a_new_rank_has_no_losses_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Stored(folder=str(tmp_path / "run"))
    with pytest.raises(Broken):
        train(tmp_path / "out", session, monkeypatch, fail_at=5)
    own, new = tally.read_counters(str(session.last), 0), tally.read_counters(str(session.last), 1)
    assert own["seconds"] == new["seconds"]
    assert set(own) - set(new) <= {"_tr_loss"}
    assert "_tr_loss" not in new


def test_rates_follow_the_time() -> None:
    logs = tally.with_seconds({"train_runtime": 1.0, "train_steps_per_second": 8.0, "loss": 1.0}, 3.0)
    assert logs == {"train_runtime": 4.0, "train_steps_per_second": 2.0, "loss": 1.0}
