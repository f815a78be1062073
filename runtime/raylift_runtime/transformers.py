"""`prepare_trainer` and `RayTrainReportCallback`: what connects a Hugging Face Trainer to Ray Train."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, TypeVar

from transformers import TrainerCallback

from raylift_runtime import checkpoints, outbox
from raylift_runtime.metrics import Report, plain_metrics
from raylift_runtime.session import Session, current

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import Trainer, TrainerControl, TrainerState, TrainingArguments

    Send = Callable[[Report, checkpoints.Source | None], None]

AnyTrainer = TypeVar("AnyTrainer", bound="Trainer")


class RayTrainReportCallback(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """Reports every log, every evaluation and every checkpoint of a Trainer to Ray Train; does nothing outside a Ray worker.

    A checkpoint of Ray holds the Trainer's own checkpoint in the folder `checkpoint`. `send` takes the place of Ray in tests.
    """

    CHECKPOINT_NAME = "checkpoint"

    def __init__(self, send: Send | None = None) -> None:
        super().__init__()
        self._send_instead = send
        self._lines: list[dict[str, Any]] = []
        self._in_training = False
        self._since: int | None = None
        self._end: dict[str, Any] = {}

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Checks that Ray and the Trainer see the same group of workers."""
        if (session := current()) is not None:
            check_one_world(args.world_size, session)
        self._in_training, self._since = True, state.global_step

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """Keeps one line; never communicates, because scripts may log on one rank only."""
        if self._is_active(state):
            self._keep(line_of(state, logs or {}))

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports an evaluation that stands outside of training at once; every rank evaluates."""
        if self._is_active(state) and not self._in_training:
            self._flush()

    def on_predict(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Reports what a prediction measured; the Trainer itself logs none of it."""
        if self._is_active(state):
            self._keep(line_of(state, metrics or {}))
            self._flush()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports the checkpoint that was just written, with the metrics of its own step; every rank saves."""
        if self._is_active(state):
            folder = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
            own = [line for line in self._pending() if line.get("step") == state.global_step]
            self._flush(own, checkpoints.Source(folder, state.global_step, args.save_on_each_node), state)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports the end: the last losses and evaluation, and what the Trainer measured about the whole training."""
        if self._is_active(state):
            self._in_training = False
            self._flush(last_lines(state.log_history), None, state)

    def _is_active(self, state: TrainerState) -> bool:
        if self._send_instead is None and current() is None:
            return False
        return vars(state).setdefault("_raylift_reporter", self) is self  # added twice, only the first one reports

    def _keep(self, line: dict[str, Any]) -> None:
        (self._lines.append if self._send_instead else outbox.put)(line)

    def _pending(self) -> list[dict[str, Any]]:
        return self._lines if self._send_instead else outbox.waiting()

    def _flush(
        self,
        summary: list[dict[str, Any]] | None = None,
        source: checkpoints.Source | None = None,
        state: TrainerState | None = None,
    ) -> None:
        lines, pending = list(self._pending()), self._pending()
        pending.clear()
        metrics = dict(self._end)
        for line in lines if summary is None else summary:
            metrics |= line
        if state is not None:
            metrics |= {"step": state.global_step, "epoch": state.epoch}
        report = Report(metrics, lines, self._since)
        self._since, self._end = None, {} if self._in_training else dict(report)
        if self._send_instead is not None:
            self._send_instead(report, source)
        elif (session := current()) is not None:
            checkpoints.send(session, report, source)


def line_of(state: TrainerState, logs: dict[str, Any]) -> dict[str, Any]:
    """One log as a line: what the Trainer put into its history, where a callback before us has taken keys out of `logs`."""
    last = state.log_history[-1] if state.log_history else {}
    whole = {**last, **logs} if set(logs) <= set(last) else logs
    return plain_metrics({**whole, "step": state.global_step, "epoch": whole.get("epoch", state.epoch)})


def last_lines(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest line of each kind, oldest first: losses, evaluations, and what was measured about the whole training."""
    newest: dict[frozenset[str], int] = {frozenset(line) - {"step", "epoch"}: number for number, line in enumerate(history)}
    return [plain_metrics(history[number]) for number in sorted(newest.values())]


def check_one_world(processes: int, session: Session) -> None:
    """Raises RuntimeError where the Trainer sees another number of processes than Ray has workers: each would train alone."""
    if processes != session.world_size:
        raise RuntimeError(
            f"Ray has {session.world_size} workers, and this Trainer sees {processes}: every worker would train alone. Build "
            "TrainingArguments inside the train function, and on CPUs with use_cpu=True or ACCELERATE_USE_CPU=true."
        )


def prepare_trainer(trainer: AnyTrainer) -> AnyTrainer:
    """Connects a Trainer of any class to Ray Train, and returns it; outside a Ray worker it stays as it was.

    Training continues from the newest checkpoint that Ray has committed for this run. Call it on every rank, before `train()`.
    Raises RuntimeError where the Trainer does not see all workers of the group.
    """
    session = current()
    if session is None or hasattr(trainer, "_raylift_session"):
        return trainer
    check_one_world(trainer.accelerator.num_processes, session)
    trainer._raylift_session = session
    train = trainer.train

    @functools.wraps(train)
    def train_from_newest(*arguments: Any, **options: Any) -> Any:
        _report_last(trainer)
        return train(*arguments, **options)

    trainer.train = train_from_newest
    return trainer


def _report_last(trainer: Trainer) -> None:
    """Leaves one reporting callback, after all others: what they change in a checkpoint folder belongs to the checkpoint."""
    callbacks = trainer.callback_handler.callbacks
    reporting = [callback for callback in callbacks if isinstance(callback, RayTrainReportCallback)]
    for callback in reporting:
        callbacks.remove(callback)
    callbacks.extend(reporting[:1])
