"""A lone worker whose storage is a folder of this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.fs

from raylift_runtime.metrics.report import Report
from raylift_runtime.worker.session import Session


@dataclass(frozen=True)
class Stored(Session):
    """A session of one worker whose storage is a folder, and which keeps what is reported."""

    rank: int = 0
    world_size: int = 1
    local_rank: int = 0
    local_world_size: int = 1
    node_rank: int = 0
    folder: str = ""
    reports: list[Report] = field(default_factory=list)
    checkpoints: list[Any] = field(default_factory=list)

    def report(self, metrics: Any, checkpoint: Any = None, upload: Any = None, step: int = 0, is_async: bool = False) -> None:
        self.reports.append(metrics)
        if checkpoint is not None:
            self.checkpoints.append(upload(checkpoint, f"checkpoint_{len(self.reports)}"))

    def checkpoint(self) -> Any:
        return self.checkpoints[-1] if self.checkpoints else None

    def from_rank_zero(self, value: Any) -> Any:
        return value

    def preemption(self) -> None:
        return None

    def run_folder(self) -> tuple[Any, str]:
        return pyarrow.fs.LocalFileSystem(), self.folder

    @property
    def last(self) -> Path:
        """The folder of the newest checkpoint."""
        return Path(self.checkpoints[-1].path) / "checkpoint"
