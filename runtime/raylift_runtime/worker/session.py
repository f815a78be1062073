"""The Ray Train worker that this process is, as the rest of the runtime sees it."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from raylift_runtime.worker import stalled_ranks as stalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ray.train import Checkpoint, RunConfig

    from raylift_runtime.metrics.results import MetricsFile

T = TypeVar("T")

_worker_session: Session | None = None
_local_run: RunConfig | None = None
_local_metrics: MetricsFile | None = None


def keep_local_results(run: RunConfig, metrics: MetricsFile) -> None:
    """In local mode Ray stores nothing: from now on this process stores what it reports under the run's own storage."""
    global _local_run, _local_metrics
    _local_run, _local_metrics = run, metrics


@dataclass(frozen=True)
class Session:
    """Where this worker stands in its group, and what it may ask of Ray.

    `rank` and `world_size` count all workers, `local_rank` and `local_world_size` those of this node. `is_local` is true in
    Ray Train's local mode (`num_workers=0`): this process, or torchrun's ranks, without Ray's actors.
    """

    rank: int
    world_size: int
    local_rank: int
    local_world_size: int
    node_rank: int
    is_local: bool = False

    def report(
        self,
        metrics: dict[str, Any],
        checkpoint: Checkpoint | None = None,
        upload: Callable[[Checkpoint, str], Checkpoint] | None = None,
        step: int = 0,
        is_async: bool = False,
    ) -> None:
        """Hands metrics, and a checkpoint if there is one, to Ray; a barrier: all ranks call it the same number of times.

        Raises TimeoutError, with the rank and the line at which it is, where a rank does not come in time.
        """
        import ray.train

        if not self.is_local:
            options: dict[str, Any] = {} if upload is None else {"checkpoint_upload_fn": upload}
            if is_async:  # what is uploaded is removed by `upload` itself, and not the Trainer's own folder by Ray
                mode = ray.train.CheckpointUploadMode.ASYNC
                options |= {"checkpoint_upload_mode": mode, "delete_local_checkpoint_after_upload": False}
            with explained_timeouts():
                ray.train.report(metrics, checkpoint, **options)
            return
        if upload is not None and checkpoint is not None:
            self.barrier()
            checkpoint = upload(checkpoint, f"checkpoint_{step:09d}")
        ray.train.report(metrics, checkpoint)
        if self.rank == 0 and _local_metrics is not None:
            _local_metrics.after_report(SimpleNamespace(run_config=_local_run), [metrics], checkpoint)

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that Ray has committed for this run, or what this worker reported last."""
        import ray.train

        return ray.train.get_checkpoint()

    def preemption(self) -> Any:
        """What Ray has announced about nodes of this group that go away soon, or None; a barrier: all ranks call it."""
        import ray.train

        ask = getattr(ray.train, "get_preemption_info", None)  # since Ray 2.58
        return None if ask is None else ask()

    def stores(self) -> bool:
        """Whether this process has a place for checkpoints: everywhere but in a local mode that only Ray's own trainer set up."""
        return not self.is_local or _local_run is not None

    def from_rank_zero(self, value: T) -> T:
        """Rank 0's value on every rank (at most 1,000 bytes pickled); a barrier: all ranks call it."""
        if self.is_local:
            return self._from_torchrun_s_rank_zero(value)
        from ray.train import collective

        with explained_timeouts():
            shared: T = collective.broadcast_from_rank_zero(value)
        return shared

    def barrier(self) -> None:
        """Returns once every rank has called it."""
        self.from_rank_zero(None)

    def _from_torchrun_s_rank_zero(self, value: T) -> T:
        if self.world_size == 1:
            return value
        import torch.distributed

        shared = [value]
        torch.distributed.broadcast_object_list(shared, src=0)
        return shared[0]

    def run_folder(self) -> tuple[Any, str]:
        """The file system and the path on it where this run's results are stored."""
        if _local_run is not None:
            from raylift_runtime.storage.files import run_folder

            return run_folder(_local_run)
        import ray.train

        storage = ray.train.get_context().get_storage()
        return storage.storage_filesystem, storage.experiment_fs_path


@contextlib.contextmanager
def explained_timeouts() -> Iterator[None]:
    """Within it, an error because a rank did not come says where that rank is."""
    from ray.exceptions import RayTaskError

    try:
        yield
    except RayTaskError as error:
        raise stalls.explained(error) from error


def current() -> Session | None:
    """The session of this process, or None where it is no Ray Train worker.

    A worker has one for as long as it lives: asked for several times per step, it is made once.
    """
    global _worker_session
    if _worker_session is not None:
        return _worker_session
    train = sys.modules.get("ray.train")
    if train is None:  # whoever runs inside a worker has loaded it, and a plain script should not pay for it
        return None
    try:
        context = train.get_context()
    except (RuntimeError, DeprecationWarning):  # the latter is how Ray Tune's own workers answer
        return None
    session = Session(
        rank=context.get_world_rank(),
        world_size=context.get_world_size(),
        local_rank=context.get_local_rank(),
        local_world_size=context.get_local_world_size(),
        node_rank=context.get_node_rank(),
        is_local=_is_local(context),
    )
    _worker_session = None if session.is_local else session
    return session


def _is_local(context: Any) -> bool:
    try:
        context.get_storage()
    except NotImplementedError:
        return True
    return False
