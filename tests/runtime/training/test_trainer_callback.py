"""The callback reports every log and checkpoint with the metrics of its own step, and changes nothing about training."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from tests.runtime import tiny
from transformers import Trainer, TrainerCallback

from raylift_runtime import transformers
from raylift_runtime.checkpoints.source import Source
from raylift_runtime.metrics import outbox
from raylift_runtime.metrics.report import Report
from raylift_runtime.training import trainer_callback as reporting
from raylift_runtime.training.report_pace import Pace
from raylift_runtime.training.trainer_callback import RayTrainReportCallback, check_one_world
from raylift_runtime.transformers import prepare_trainer
from raylift_runtime.worker.session import Session

Sent = list[tuple[Report, Source | None]]


@pytest.fixture
def sent() -> Sent:
    outbox.take()
    return []


def train(folder: Path, sent: Sent, *more: TrainerCallback, **arguments: Any) -> Trainer:
    trainer = tiny.trainer(folder, **{"max_steps": 6, "save_steps": 3, **arguments})
    trainer.add_callback(RayTrainReportCallback(send=lambda report, source: sent.append((report, source))))
    for callback in more:
        trainer.add_callback(callback)
    trainer.train()
    return trainer


def test_each_checkpoint_is_reported_once_by_its_step(tmp_path: Path, sent: Sent) -> None:
    (tmp_path / "checkpoint-9999").mkdir()
    train(tmp_path, sent)
    assert [source.folder for _, source in sent if source] == [f"{tmp_path}/checkpoint-3", f"{tmp_path}/checkpoint-6"]


def test_a_checkpoint_s_metrics_are_those_of_its_own_step(tmp_path: Path, sent: Sent) -> None:
    train(tmp_path, sent, save_steps=3, eval_strategy="steps", eval_steps=2)
    at_three, at_six = (report for report, source in sent if source)
    assert (at_three["step"], set(at_three)) == (3, {"step", "epoch"})
    assert at_six["step"] == 6 and {"loss", "eval_loss"} <= set(at_six)


def test_every_log_and_evaluation_arrives_once_and_in_order(tmp_path: Path, sent: Sent) -> None:
    trainer = train(tmp_path, sent, eval_strategy="steps", eval_steps=2)
    lines = [line for report, _ in sent for line in report.logs]
    assert lines == trainer.state.log_history
    assert [line["step"] for line in lines] == sorted(line["step"] for line in lines)


@pytest.mark.parametrize("save_strategy", ["no", "steps"])
def test_the_last_report_holds_the_whole_training_s_measures(tmp_path: Path, sent: Sent, save_strategy: str) -> None:
    train(tmp_path, sent, save_strategy=save_strategy, eval_strategy="steps", eval_steps=4)
    report, source = sent[-1]
    assert source is None
    assert {"train_runtime", "train_loss", "total_flos", "train_samples_per_second", "loss", "eval_loss"} <= set(report)
    assert report["step"] == 6


def test_an_evaluation_after_training_is_reported_beside_the_end(tmp_path: Path, sent: Sent) -> None:
    trainer = train(tmp_path, sent, save_strategy="no")
    trainer.evaluate(metric_key_prefix="test")
    report, _ = sent[-1]
    assert {"test_loss", "train_runtime"} <= set(report)
    assert [set(line) >= {"test_loss"} for line in report.logs] == [True]


def test_a_prediction_s_measures_are_reported(tmp_path: Path, sent: Sent) -> None:
    train(tmp_path, sent, save_strategy="no").predict(tiny.Sentences(8))
    assert "test_loss" in sent[-1][0]


def test_metrics_that_json_does_not_know_are_made_plain(tmp_path: Path, sent: Sent) -> None:
    class Extra(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == 2:
                trainer.log({"odd": torch.tensor(1.5)})

    trainer = tiny.trainer(tmp_path, max_steps=3, save_strategy="no")
    trainer.add_callback(RayTrainReportCallback(send=lambda report, source: sent.append((report, source))))
    trainer.add_callback(Extra())
    trainer.train()
    odd = [line["odd"] for report, _ in sent for line in report.logs if "odd" in line]
    assert odd == [1.5] and type(odd[0]) is float


def test_two_callbacks_report_once(tmp_path: Path, sent: Sent) -> None:
    train(tmp_path, sent, RayTrainReportCallback(send=lambda report, source: sent.append((report, source))))
    assert [source.step for _, source in sent if source] == [3, 6]


def test_training_with_the_callback_is_bitwise_the_same(tmp_path: Path, sent: Sent) -> None:
    plain = tiny.trainer(tmp_path / "a", max_steps=6, save_steps=3)
    plain.train()
    reported = train(tmp_path / "b", sent)
    states = zip(plain.model.state_dict().values(), reported.model.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in states)


def test_outside_a_ray_worker_nothing_changes(tmp_path: Path, sent: Sent) -> None:
    trainer = tiny.trainer(tmp_path, max_steps=2, save_strategy="no")
    trainer.add_callback(RayTrainReportCallback())
    before = dict(vars(trainer))
    assert prepare_trainer(trainer) is trainer
    assert dict(vars(trainer)) == before
    trainer.train()
    assert outbox.take() == []


def work_as(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this process be that worker."""
    for module in (reporting, transformers):
        monkeypatch.setattr(module, "current", lambda: session)


class Preempted(Session):
    """A lone worker whose node is announced to go away, from step 3 on."""

    reports: ClassVar[list[tuple[int, bool]]] = []

    def preemption(self) -> Any:
        return {"deadline": 1} if len(self.steps) >= 3 else None

    steps: ClassVar[list[Any]] = []

    def from_rank_zero(self, value: Any) -> Any:
        self.steps.append(value)
        return value

    def report(self, metrics: Any, checkpoint: Any = None, *_: Any) -> None:
        self.reports.append((metrics["step"], checkpoint is not None))


def test_a_node_about_to_go_gets_one_checkpoint_at_the_next_meeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work_as(Preempted(0, 1, 0, 1, 0), monkeypatch)
    monkeypatch.setattr(reporting, "Pace", functools.partial(Pace, clock=lambda: 0.0))  # as if steps took no time
    trainer = tiny.trainer(tmp_path, max_steps=32, save_strategy="no")
    trainer.add_callback(RayTrainReportCallback())
    trainer.train()
    assert Preempted.reports == [(15, True), (32, False)]


class Alone(Session):
    """A lone worker that reports nowhere, and whose run has no checkpoint."""

    def from_rank_zero(self, value: Any) -> Any:
        return value

    def preemption(self) -> None:
        return None

    def stores(self) -> bool:
        return False

    def report(self, *_: Any) -> None: ...


def test_what_other_callbacks_change_in_a_folder_belongs_to_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_as(Alone(0, 1, 0, 1, 0), monkeypatch)
    trainer = tiny.trainer(tmp_path, max_steps=1, save_strategy="no")
    trainer.add_callback(RayTrainReportCallback())
    trainer.add_callback(RayTrainReportCallback())
    prepared = prepare_trainer(prepare_trainer(trainer))
    prepared.add_callback(TrainerCallback())
    prepared.train()
    kinds = [type(callback) for callback in prepared.callback_handler.callbacks]
    assert kinds[-2:] == [TrainerCallback, RayTrainReportCallback]
    assert kinds.count(RayTrainReportCallback) == 1


def test_a_prepared_trainer_keeps_its_class_and_trains_where_train_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Own(Trainer):  # type: ignore[misc]  # transformers ships no types for mypy --strict
        def train(self) -> Any:
            return super().train()

    work_as(Alone(0, 1, 0, 1, 0), monkeypatch)
    trainer = prepare_trainer(tiny.trainer(tmp_path, Own, max_steps=1, save_strategy="no"))
    assert type(trainer) is Own
    assert trainer.train().global_step == 1


def test_a_trainer_that_sees_another_world_is_refused() -> None:
    with pytest.raises(RuntimeError, match="Ray has 2 workers, and this Trainer sees 1"):
        check_one_world(1, Session(0, 2, 0, 2, 0))
