"""`prepare_trainer` and `RayTrainReportCallback`: what connects a Hugging Face Trainer to Ray Train."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any, TypeVar

from raylift_runtime import output
from raylift_runtime.checkpoints import resume
from raylift_runtime.data.trainer_data import connect
from raylift_runtime.metrics import outbox
from raylift_runtime.training import trainer_counters as tally
from raylift_runtime.training.callback_states import restore_callbacks, was_stopped
from raylift_runtime.training.random_data import RandomData
from raylift_runtime.training.resume_limits import resume_limits
from raylift_runtime.training.stream_place import StreamPlace, finds_place
from raylift_runtime.training.trainer_callback import RayTrainReportCallback, check_one_world
from raylift_runtime.training.trainer_counters import Tally
from raylift_runtime.training.trainer_saves import TrainerSaves
from raylift_runtime.worker.group_settings import wait_as_long_as
from raylift_runtime.worker.session import current
from raylift_runtime.worker.sharding import compare

if TYPE_CHECKING:
    from transformers import Trainer

__all__ = ["RayTrainReportCallback", "prepare_trainer"]

AnyTrainer = TypeVar("AnyTrainer", bound="Trainer")


def prepare_trainer(trainer: AnyTrainer) -> AnyTrainer:
    """Connects a Trainer of any class to Ray Train, and returns it; outside a Ray worker it stays as it was.

    Training continues from the newest checkpoint that Ray has committed for this run. Call it on every rank, before `train()`.
    Raises RuntimeError where the Trainer does not see all workers of the group, or would not shard the model as it was asked to.
    """
    session = current()
    if session is None or hasattr(trainer, "_raylift_session"):
        return trainer
    check_one_world(trainer.accelerator.num_processes, session)
    compare(trainer.accelerator)
    connect(trainer)
    wait_as_long_as(trainer.args.ddp_timeout)
    trainer._raylift_session = session
    data_states, place, limits = RandomData(trainer), StreamPlace(trainer), list(resume_limits(trainer))
    saves = TrainerSaves(trainer, session, data_states.save)
    train, batches = trainer.train, trainer.get_batch_samples

    @functools.wraps(train)
    def train_from_newest(resume_from_checkpoint: Any = None, *arguments: Any, **options: Any) -> Any:
        training = outbox.next_training()
        reporter = _last_of_callbacks(trainer)
        while session.rank == 0 and limits:
            output.tell(limits.pop(0))
        with resume.newest(session, training, trainer.args.output_dir, resume_from_checkpoint, finds_place(trainer)) as found:
            before = tally.read_counters(found.start, session.rank) if found.is_of_run else {}
            counted = Tally(trainer, before)
            place.continue_from(before)
            saves.began_from = None if found.is_of_run else found.start
            if found.is_of_run:
                restore_callbacks(trainer, found.start)
            if reporter is not None:
                reporter.training, reporter.may_link, reporter.tally, reporter.place = training, True, counted, place
                reporter.was_stopped = found.is_of_run and was_stopped(found.start)
            given = (
                () if found.start is None and not arguments else (found.start, *arguments)
            )  # some classes' train() takes nothing
            with counted.kept(), data_states.going_on(found.start) if found.is_of_run else contextlib.nullcontext():
                return train(*given, **options)

    @functools.wraps(batches)
    def batches_until_the_end(*arguments: Any, **options: Any) -> Any:
        # A Trainer that continues from its last checkpoint within an epoch would take a step too many.
        is_over = any(callback.is_over for callback in _reporting(trainer))
        return ([], None) if is_over else batches(*arguments, **options)

    trainer.train, trainer.get_batch_samples = train_from_newest, batches_until_the_end
    return trainer


def _reporting(trainer: Trainer) -> list[RayTrainReportCallback]:
    return [callback for callback in trainer.callback_handler.callbacks if isinstance(callback, RayTrainReportCallback)]


def _last_of_callbacks(trainer: Trainer) -> RayTrainReportCallback | None:
    """Leaves one reporting callback, after all others: what they change in a checkpoint folder belongs to the checkpoint."""
    callbacks, reporting = trainer.callback_handler.callbacks, _reporting(trainer)
    for callback in reporting:
        callbacks.remove(callback)
    callbacks.extend(reporting[:1])
    return reporting[0] if reporting else None
