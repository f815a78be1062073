"""The callback that tells Ray Train what a Hugging Face Trainer logs, evaluates and saves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from raylift_runtime.checkpoints import upload as checkpoints
from raylift_runtime.checkpoints.source import Source
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.metrics import outbox
from raylift_runtime.metrics.report import Report, plain_metrics
from raylift_runtime.training.report_pace import Pace
from raylift_runtime.worker.session import Session, current

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import TrainerControl, TrainerState, TrainingArguments

    from raylift_runtime.training.stream_place import StreamPlace
    from raylift_runtime.training.trainer_counters import Tally

    Send = Callable[[Report, Source | None], None]


class RayTrainReportCallback(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """Reports every log, every evaluation and every checkpoint of a Trainer to Ray Train; does nothing outside a Ray worker.

    A checkpoint of Ray holds the Trainer's own checkpoint in the folder `checkpoint`. Add it on every rank. With `is_async`
    training goes on while a checkpoint is uploaded, and a crash meanwhile costs that checkpoint. `send` takes the place of Ray in
    tests. The source is Ray's callback of the same name, which reports at `on_save` only.
    """

    CHECKPOINT_NAME = checkpoints.FOLDER

    def __init__(self, is_async: bool = False, send: Send | None = None) -> None:
        super().__init__()
        self._is_async = is_async
        self._announced: Any = None
        self.training = 0
        self.may_link = False
        self.is_over = self.was_stopped = False
        self.tally: Tally | None = None
        self.place: StreamPlace | None = None
        self._send_instead = send
        self._in_training = False
        self._since: int | None = None
        self._end: dict[str, Any] = {}
        self._pace = Pace()

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Checks that Ray and the Trainer see the same group of workers; raises RuntimeError where they do not."""
        if (session := current()) is not None:
            check_one_world(args.world_size, session)
        if self.tally is not None:
            self.tally.begin()
        self._in_training, self._since = True, state.global_step
        self.is_over = self.was_stopped or 0 < state.max_steps <= state.global_step
        self._pace = Pace(state.global_step)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports what was kept, every few seconds; asks for a checkpoint where Ray is about to lose a node."""
        self.on_substep_end(args, state, control)
        session = current()
        if session is None or session.is_local or not self._is_active(state) or not self._pace.is_due(state.global_step):
            return
        announced = session.preemption()
        control.should_save |= announced is not None and announced != self._announced
        self._announced = announced
        proposal = bool(outbox.waiting()) and self._pace.may_report(), self._pace.next_after(state.global_step)
        is_time, next_step = session.from_rank_zero(proposal)
        self._pace.wait_until(next_step)
        if is_time:
            self._flush(state)

    def on_substep_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Counts a batch."""
        if self.place is not None:
            self.place.take_batch()

    def on_epoch_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Ends a training that had been ended by the time of the checkpoint that it goes on from."""
        control.should_training_stop |= self.is_over and self.was_stopped

    def on_epoch_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Counts a pass over the data."""
        if self.place is not None:
            self.place.end_pass()

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """Keeps one line; never communicates, because scripts may log on one rank only."""
        if self._is_active(state):
            self._keep(line_of(state, logs or {}))

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports an evaluation that stands outside of training at once; every rank evaluates."""
        if self._is_active(state) and not self._in_training:
            self._flush(state)

    def on_predict(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Reports what a prediction measured, of which the Trainer itself logs nothing; every rank predicts."""
        if self._is_active(state):
            self._keep(line_of(state, metrics or {}))
            self._flush(state)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports the checkpoint that was just written, with the metrics of its own step; every rank saves."""
        if self._is_active(state):
            own = [line for line in outbox.waiting() if line.get("step") == state.global_step]
            folder = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
            on_each_node = bool(args.save_on_each_node)
            source = Source(
                folder,
                state.global_step,
                self.training,
                on_each_node,
                self.may_link,
                is_async=self._is_async,
                is_best=keeping.is_best(state),
                counted={
                    name: value for counter in (self.tally, self.place) if counter for name, value in counter.counted().items()
                },
            )
            self._flush(state, own, source)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Reports the end: the last losses and evaluation, and what the Trainer measured about the whole training."""
        if self._is_active(state):
            self._in_training = False
            self._flush(state, last_lines(state.log_history))

    def _is_active(self, state: TrainerState) -> bool:
        if self._send_instead is None and current() is None:
            return False
        return vars(state).setdefault("_raylift_reporter", self) is self  # added twice, only the first one reports

    def _keep(self, line: dict[str, Any]) -> None:
        outbox.put_in_outbox({**line, "training": self.training} if self.training else line)

    def _flush(self, state: TrainerState, own: list[dict[str, Any]] | None = None, source: Source | None = None) -> None:
        lines = outbox.take()
        metrics = dict(self._end)
        for line in lines if own is None else own:
            metrics |= line
        metrics |= {"step": state.global_step, "epoch": state.epoch}
        report = Report(metrics, lines, self._since, self.training)
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
    newest = {frozenset(line): number for number, line in enumerate(history)}
    return [plain_metrics(history[number]) for number in sorted(newest.values())]


def check_one_world(processes: int, session: Session) -> None:
    """Raises RuntimeError where the Trainer sees another number of processes than Ray has workers: each would train alone."""
    if processes != session.world_size:
        raise RuntimeError(
            f"Ray has {session.world_size} workers, and this Trainer sees {processes}: every worker would train alone. Build "
            "TrainingArguments inside the train function, and on CPUs with use_cpu=True or ACCELERATE_USE_CPU=true."
        )
