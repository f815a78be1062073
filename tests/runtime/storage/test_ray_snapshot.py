"""Ray's record of a run's checkpoints is whole at any moment."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.fs
import pytest
from ray.train.v2._internal.execution.checkpoint.checkpoint_manager import CheckpointManager

from raylift_runtime.metrics.results import MetricsFile
from raylift_runtime.storage import files as storage


class Storage(pyarrow.fs.FSSpecHandler):  # type: ignore[misc]  # pyarrow ships no types
    """A disk whose files can be written, but not be given another name as long as it is away."""

    is_away = False

    def move(self, source: str, target: str) -> None:
        if self.is_away:
            raise OSError("the storage is away")
        super().move(source, target)


@pytest.fixture(autouse=True)
def _in_a_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CheckpointManager, "_write_state_to_storage", CheckpointManager._write_state_to_storage)
    monkeypatch.setattr(storage.time, "sleep", lambda _: None)
    pickle.loads(pickle.dumps(MetricsFile()))  # as it arrives there


def test_a_record_that_could_not_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    from fsspec.implementations.local import LocalFileSystem

    handler, path = Storage(LocalFileSystem()), tmp_path / "snapshot.json"
    manager: Any = CheckpointManager.__new__(CheckpointManager)
    manager._storage_context = SimpleNamespace(
        storage_filesystem=pyarrow.fs.PyFileSystem(handler), checkpoint_manager_snapshot_path=str(path)
    )
    manager._save_state = lambda: "first"
    manager._write_state_to_storage()
    handler.is_away, manager._save_state = True, lambda: "second"
    with pytest.raises(OSError, match="the storage is away"):
        manager._write_state_to_storage()
    assert path.read_text() == "first"
    handler.is_away = False
    manager._write_state_to_storage()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("snapshot.json", "second")]
