"""Ray's own record of a run's checkpoints: without it a run does not go on, and half of it would end the run for good."""

from __future__ import annotations

from typing import Any

from raylift_runtime.storage.files import replace


def write_whole() -> None:
    """Lets Ray's controller, in whose process this is called, write its record whole or not at all, and again where the storage fails.

    By itself it overwrites the file in place, and a storage that fails once ends the run as a fault that no retry is for.
    """
    try:
        from ray.train.v2._internal.execution.checkpoint.checkpoint_manager import CheckpointManager
    except ImportError:  # Ray has moved it, and writes as it always did
        return
    if all(hasattr(CheckpointManager, name) for name in ("_save_state", "_write_state_to_storage")):
        CheckpointManager._write_state_to_storage = _write


def _write(manager: Any) -> None:
    storage = manager._storage_context
    replace(storage.storage_filesystem, storage.checkpoint_manager_snapshot_path, manager._save_state().encode())
