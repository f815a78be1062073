"""`prepare_trainer` and `RayTrainReportCallback`: what connects a Hugging Face Trainer to Ray Train."""

from __future__ import annotations

import datetime
import functools
import os
from typing import TYPE_CHECKING, Any, TypeVar

from raylift_runtime import data
from raylift_runtime.checkpoints import resume
from raylift_runtime.checkpoints import upload as checkpoints
from raylift_runtime.metrics import outbox
from raylift_runtime.storage.files import failures_named
from raylift_runtime.training import trainer_counters as tally
from raylift_runtime.training.trainer_callback import RayTrainReportCallback, check_one_world
from raylift_runtime.training.trainer_counters import Tally
from raylift_runtime.worker.session import current
from raylift_runtime.worker.sharding import compare

if TYPE_CHECKING:
    from transformers import Trainer

__all__ = ["RayTrainReportCallback", "prepare_trainer"]

DEFAULT_TIMEOUT_S = 1800  # of Transformers: somebody who leaves it may have told Ray's TorchConfig another

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
    data.connect(trainer)
    wait_as_long_as(trainer.args.ddp_timeout)
    trainer._raylift_session = session
    train, save, batches = trainer.train, trainer._save_checkpoint, trainer.get_batch_samples

    @functools.wraps(train)
    def train_from_newest(resume_from_checkpoint: Any = None, *arguments: Any, **options: Any) -> Any:
        training = outbox.next_training()
        reporter = _last_of_callbacks(trainer)
        with resume.newest(session, training, trainer.args.output_dir, resume_from_checkpoint) as start:
            counted = Tally(trainer, tally.read_counters(start, session.rank) if start is not resume_from_checkpoint else None)
            if reporter is not None:
                reporter.training, reporter.may_link, reporter.tally = training, True, counted
            given = () if start is None and not arguments else (start, *arguments)  # some subclasses' train() takes nothing
            with counted.kept():
                return train(*given, **options)

    @functools.wraps(save)
    def save_into_new_folder(*arguments: Any, **options: Any) -> Any:
        step = trainer.state.global_step
        folder = os.path.abspath(os.path.join(trainer.args.output_dir, f"checkpoint-{step}"))
        checkpoints.clear(session, folder)
        with failures_named(step, folder):
            return save(*arguments, **options)

    @functools.wraps(batches)
    def batches_until_the_end(*arguments: Any, **options: Any) -> Any:
        # A Trainer that continues from its last checkpoint within an epoch would take a step too many.
        is_over = any(callback.is_over for callback in _reporting(trainer))
        return ([], None) if is_over else batches(*arguments, **options)

    trainer.train, trainer._save_checkpoint = train_from_newest, save_into_new_folder
    trainer.get_batch_samples = batches_until_the_end
    return trainer


def wait_as_long_as(seconds: float) -> None:
    """Gives the script's own `ddp_timeout` to the process group: Transformers does so only where it makes the group, and Ray has."""
    import torch.distributed

    if seconds != DEFAULT_TIMEOUT_S and torch.distributed.is_initialized():
        torch.distributed.distributed_c10d._set_pg_timeout(datetime.timedelta(seconds=seconds))


def _reporting(trainer: Trainer) -> list[RayTrainReportCallback]:
    return [callback for callback in trainer.callback_handler.callbacks if isinstance(callback, RayTrainReportCallback)]


def _last_of_callbacks(trainer: Trainer) -> RayTrainReportCallback | None:
    """Leaves one reporting callback, after all others: what they change in a checkpoint folder belongs to the checkpoint."""
    callbacks, reporting = trainer.callback_handler.callbacks, _reporting(trainer)
    for callback in reporting:
        callbacks.remove(callback)
    callbacks.extend(reporting[:1])
    return reporting[0] if reporting else None
