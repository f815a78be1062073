"""`report`, `resumable` and `RayTrainTracker`: what connects a loop with an Accelerator to Ray Train."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from accelerate.tracking import GeneralTracker

from raylift_runtime.checkpoints import upload as checkpoints
from raylift_runtime.checkpoints.source import Source
from raylift_runtime.metrics import outbox
from raylift_runtime.metrics.report import Report, plain_metrics
from raylift_runtime.storage.files import failures_named
from raylift_runtime.training.epoch_loop import Held, Loop
from raylift_runtime.worker.half_written import OWN_FOLDER
from raylift_runtime.worker.session import Session, current
from raylift_runtime.worker.sharding import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accelerate import Accelerator

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
MODEL_FILE = "model.bin"
LOOP = "_raylift_loop"


class RayTrainTracker(GeneralTracker):  # type: ignore[misc]  # accelerate ships no types for mypy --strict
    """Sends what `accelerator.log` is given to Ray Train: `Accelerator(log_with=RayTrainTracker())`.

    The lines reach the run's `metrics.jsonl` with the next `report`, or with the end of training, so logging never waits for
    other ranks. Does nothing outside a Ray worker. The source is Accelerate's interface for custom trackers.
    """

    name = "ray_train"
    requires_logging_directory = False
    main_process_only = True

    @property
    def tracker(self) -> list[dict[str, Any]]:
        """The lines that wait for the next report."""
        return outbox.waiting()

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        """Keeps nothing: the configuration is no metric."""

    def log(self, values: dict[str, Any], step: int | None = None, **_: Any) -> None:
        """Keeps one line; may be called on any rank, at any time."""
        session = current()
        if session is not None and session.rank == 0:
            outbox.put_in_outbox(plain_metrics(values if step is None else {**values, "step": step}))


def report(
    metrics: Mapping[str, Any] | None,
    *,
    accelerator: Accelerator,
    model: Any = None,
    checkpoint_dir: str | os.PathLike[str] | None = None,
) -> None:
    """Report metrics, and a checkpoint if there is one, to Ray Train; every rank calls it, the same number of times.

    The metrics of rank 0 count; tensors and numpy values become plain ones. The checkpoint is what lies in `checkpoint_dir`, or
    else `model`, which the main process saves without its wrappers: with its own `save_pretrained`, or as a state dict in
    `model.bin`; in parts, where DeepSpeed's stage 3 may not gather it. Every file is uploaded once, by the rank that owns it, and
    this returns after the last one, so the folder may then be deleted. In a `resumable` loop all of it is sent at the end of the
    epoch. Does nothing outside a Ray worker.

    Raises RuntimeError where the Accelerator does not see all of Ray's workers, TypeError for metrics that are no mapping. The
    source is Ray's example of a loop with Accelerate.
    """
    if not isinstance(metrics, Mapping) and metrics is not None:
        raise TypeError(f"report takes a dict of metrics by name, not {type(metrics).__name__}")
    session = current()
    if session is None:
        logger.info("not on a Ray worker, so nothing is reported: %s", metrics)
        return
    check_one_world(accelerator, session)
    held = Held(plain_metrics(metrics or {}), model, None if checkpoint_dir is None else os.fspath(checkpoint_dir))
    loop = _loop_of(accelerator)
    if loop.is_resumable:
        if loop.held is not None:
            _send(session, accelerator, loop, loop.held.without_checkpoint())
        loop.held = held
    else:
        _send(session, accelerator, loop, held)


def resumable(epochs: Iterable[Item], *, accelerator: Accelerator) -> Iterator[Item]:
    """The epochs that are still to be trained: `for epoch in resumable(range(n), accelerator=accelerator)`.

    Begin the loop on every rank after `accelerator.prepare`. At the end of each epoch that has called `report`, the state of
    models, optimizers, schedulers, random numbers, samplers and whatever `register_for_checkpointing` was given goes into the
    reported checkpoint; after a failure they are restored from the newest whole one, and the epochs before it are left out. An
    epoch that ends with `break` or an exception leaves no checkpoint. Outside a Ray worker these are simply all epochs.
    """
    session = current()
    if session is None:
        yield from epochs
        return
    check_one_world(accelerator, session)
    loop = Loop(outbox.next_training(), is_resumable=True)
    setattr(accelerator, LOOP, loop)
    loop.restore(session, accelerator)
    try:
        for epoch in itertools.islice(epochs, loop.epochs, None):
            yield epoch
            loop.epochs += 1
            if loop.held is not None:
                held, loop.held = loop.held, None
                _send(session, accelerator, loop, held)
    finally:
        loop.is_resumable = False
        if loop.held is not None:  # nobody may wait for other ranks here, since they may have failed
            loop.reports += 1
            outbox.put_in_outbox(loop.line(loop.held.metrics))


def check_one_world(accelerator: Accelerator, session: Session) -> None:
    """Raises RuntimeError where the Accelerator sees another number of processes than Ray has workers: each would train alone.

    And where it would not shard the model as it was asked to.
    """
    if accelerator.num_processes != session.world_size:
        raise RuntimeError(
            f"Ray has {session.world_size} workers, and this Accelerator sees {accelerator.num_processes}: every worker would "
            "train alone. Build the Accelerator inside the train function, and on CPUs with cpu=True or ACCELERATE_USE_CPU=true."
        )
    compare(accelerator)


def _loop_of(accelerator: Accelerator) -> Loop:
    """The loop that this Accelerator is in; one that nobody marked as resumable began with its first report."""
    loop: Loop | None = getattr(accelerator, LOOP, None)
    if loop is None:
        loop = Loop(outbox.next_training())
        setattr(accelerator, LOOP, loop)
    return loop


def _send(session: Session, accelerator: Accelerator, loop: Loop, held: Held) -> None:
    loop.reports += 1
    lines = [loop.line(metrics) for metrics in [*outbox.take(), held.metrics]]
    report = Report(held.metrics, lines, loop.first_step(lines), loop.training)
    has_folder = held.folder is not None and session.from_rank_zero(bool(checkpoints.files_in(held.folder)))
    if held.folder is not None and not has_folder:
        logger.warning("There is nothing in %s: this report has no checkpoint.", held.folder)
    needs_state = loop.is_resumable and held.with_state
    model = None if needs_state and is_kept_in_parts(held.model) else held.model  # its parts are in that state already
    if not has_folder and model is None and not needs_state:
        checkpoints.send(session, report, None)
        return
    with _folder_for_all_ranks(session) as folder:
        inner, step = {}, int(lines[-1]["step"])
        written = held.folder if has_folder and held.folder is not None else os.path.join(folder, "model")
        with failures_named(step, folder):
            if needs_state:
                inner["state"] = os.path.join(folder, "state")
                loop.save(accelerator, inner["state"])
            if not has_folder and model is not None:
                _save_model(accelerator, model, written)
        session.barrier()
        checkpoints.send(session, report, Source(written, step, loop.training, inner=inner))


def is_kept_in_parts(model: Any) -> bool:
    """Whether a model is one of DeepSpeed's stage 3 that may not be gathered: `stage3_gather_16bit_weights_on_model_save` is off."""
    stage = getattr(model, "zero_optimization_stage", None)
    return stage is not None and stage() == 3 and not model.zero_gather_16bit_weights_on_model_save()


@contextlib.contextmanager
def _folder_for_all_ranks(session: Session) -> Iterator[str]:
    """A folder of one name on every node, removed once all ranks have left."""
    folder = session.from_rank_zero(tempfile.mkdtemp(prefix=OWN_FOLDER) if session.rank == 0 else "")
    try:
        os.makedirs(folder, exist_ok=True)
        yield folder
        session.barrier()
    finally:
        if session.local_rank == 0:
            shutil.rmtree(folder, ignore_errors=True)


def _save_model(accelerator: Accelerator, model: Any, folder: str) -> None:
    """Saves the model without its wrappers from the main process; every rank calls it, since gathering shards takes them all.

    What DeepSpeed may not gather is saved in parts, each by the rank that has it, for the `zero_to_fp32.py` beside them.
    """
    if is_kept_in_parts(model):
        model.save_checkpoint(folder)
        return
    is_sharded = accelerator.distributed_type.value in ("FSDP", "DEEPSPEED", "MEGATRON_LM")
    state = _plain_keys(accelerator.get_state_dict(model)) if is_sharded else None
    if not accelerator.is_main_process:
        return
    os.makedirs(folder, exist_ok=True)
    unwrapped = accelerator.unwrap_model(model)
    unwrapped = getattr(unwrapped, "_orig_mod", unwrapped)  # what torch.compile has wrapped
    if hasattr(unwrapped, "save_pretrained"):
        unwrapped.save_pretrained(folder, **({"state_dict": state} if is_sharded else {}))
    else:
        accelerator.save(state if is_sharded else _plain_keys(unwrapped.state_dict()), os.path.join(folder, MODEL_FILE))


def _plain_keys(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """A state dict with the keys of the plain module; those of compiled parts have another name in them."""
    return {name.replace("_orig_mod.", ""): value for name, value in (state or {}).items()}
