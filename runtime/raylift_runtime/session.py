"""The Ray Train worker that this process is, as the rest of the runtime sees it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray.train import Checkpoint

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """Where this worker stands in its group, and what it may ask of Ray.

    `rank` and `world_size` count all workers, `local_rank` and `local_world_size` those of this node. `is_local` is true in
    Ray Train's local mode (`num_workers=0`), where nothing is stored and no other process is started.
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
    ) -> None:
        """Hands metrics, and a checkpoint if there is one, to Ray; a barrier: all ranks call it the same number of times."""
        import ray.train

        if self.is_local or upload is None:
            ray.train.report(metrics, checkpoint)
        else:
            ray.train.report(metrics, checkpoint, checkpoint_upload_fn=upload)

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that Ray has committed for this run, or what this worker reported last."""
        import ray.train

        return None if self.is_local else ray.train.get_checkpoint()

    def is_preempted(self) -> bool:
        """Whether Ray has announced that a node of this group goes away soon; a barrier where Ray can tell: all ranks call it."""
        import ray.train

        ask = getattr(ray.train, "get_preemption_info", None)  # since Ray 2.5x
        return ask is not None and ask() is not None

    def from_rank_zero(self, value: T) -> T:
        """Rank 0's value on every rank (at most 1,000 bytes pickled); a barrier: all ranks call it."""
        from ray.train import collective

        shared: T = collective.broadcast_from_rank_zero(value)
        return shared

    def barrier(self) -> None:
        """Returns once every rank has called it."""
        from ray.train import collective

        collective.barrier()

    def run_folder(self) -> tuple[Any, str]:
        """The file system and the path on it where this run's results are stored."""
        import ray.train

        storage = ray.train.get_context().get_storage()
        return storage.storage_filesystem, storage.experiment_fs_path


def current() -> Session | None:
    """The session of this process, or None where it is no Ray Train worker."""
    train = sys.modules.get("ray.train")
    if train is None:  # whoever runs inside a worker has loaded it, and a plain script should not pay for it
        return None
    try:
        context = train.get_context()
    except (RuntimeError, DeprecationWarning):  # the latter is how Ray Tune's own workers answer
        return None
    return Session(
        rank=context.get_world_rank(),
        world_size=context.get_world_size(),
        local_rank=context.get_local_rank(),
        local_world_size=context.get_local_world_size(),
        node_rank=context.get_node_rank(),
        is_local=_is_local(context),
    )


def _is_local(context: Any) -> bool:
    try:
        context.get_storage()
    except NotImplementedError:
        return True
    return False
