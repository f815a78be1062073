"""Which file of a checkpoint which rank uploads, and how it gets into the run's storage."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.fs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ray.train import Checkpoint

    from raylift_runtime.metrics import Report
    from raylift_runtime.session import Session

FOLDER = "checkpoint"

# Names that carry the rank whose state the file holds: RNG states, FSDP's and DeepSpeed's shards.
RANK_IN_NAME = re.compile(
    r"^rng_state_(\d+)\.pth$|^__(\d+)_\d+\.distcp$|^(?:bf16_)?zero_pp_rank_(\d+)_|^rank(\d+)-of-|_rank_?(\d+)\.(?:bin|pt|pth|safetensors)$"
)


@dataclass(frozen=True)
class Source:
    """A checkpoint as a Trainer wrote it: its folder on this node, its step, and whether every node has its own whole copy."""

    folder: str
    step: int
    on_each_node: bool = False


def send(session: Session, report: Report, source: Source | None) -> None:
    """Reports metrics, and a checkpoint if there is one; all ranks call it, and each uploads the files that it owns."""
    if source is None or session.is_local:
        session.report(report)
        return
    from ray.train import Checkpoint

    def upload(checkpoint: Checkpoint, name: str) -> Checkpoint:
        # Ray calls this once every rank has reported, so what the ranks wrote is complete by now.
        filesystem, run = session.run_folder()
        target = f"{run}/{name}"
        for file in owned(files_in(source.folder), session, source.on_each_node):
            put(os.path.join(source.folder, file), filesystem, f"{target}/{FOLDER}/{file}")
        return Checkpoint(target, filesystem)

    session.report(report, Checkpoint.from_directory(source.folder), upload)


def files_in(folder: str) -> list[str]:
    """All files below a folder, by relative path, sorted."""
    found = (os.path.relpath(os.path.join(root, name), folder) for root, _, names in os.walk(folder) for name in names)
    return sorted(found)


def owned(files: Iterable[str], session: Session, on_each_node: bool) -> list[str]:
    """The files that this rank uploads, of those it sees: each rank's own, and on the node's first rank what is nobody's."""
    first = session.rank - session.local_rank
    here = range(first, first + session.local_world_size)

    def owner(file: str) -> int | None:
        rank = rank_in(file)
        if rank is not None:
            return rank if rank in here else first
        return first if first == 0 or not on_each_node else None

    return [file for file in files if owner(file) == session.rank]


def rank_in(file: str) -> int | None:
    """The rank whose state a file holds, as its name says, or None for a file that is the same for all."""
    match = RANK_IN_NAME.search(os.path.basename(file))
    return next((int(group) for group in match.groups() if group is not None), None) if match else None


def put(file: str, filesystem: Any, target: str) -> None:
    """Copies one file into the run's storage."""
    filesystem.create_dir(target.rpartition("/")[0])
    pyarrow.fs.copy_files(file, target, source_filesystem=pyarrow.fs.LocalFileSystem(), destination_filesystem=filesystem)
