"""How a Trainer's checkpoint gets into the run's storage: which rank uploads which file, and when the whole is complete."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from raylift_runtime.checkpoints.source import Source
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.storage.files import failures_named, linked, put, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ray.train import Checkpoint

    from raylift_runtime.metrics.report import Report
    from raylift_runtime.worker.session import Session

FOLDER = "checkpoint"
MANIFEST = "manifest-rank-{}.json"  # beside that folder: one folder to make, not two

# Names that carry the rank whose state the file holds: RNG states, FSDP's and DeepSpeed's shards.
RANK_IN_NAME = re.compile(
    r"^rng_state_(\d+)\.pth$|^random_states_(\d+)\.pkl$|^__(\d+)_\d+\.distcp$|^(?:bf16_)?zero_pp_rank_(\d+)_|^rank(\d+)-of-|_rank_?(\d+)\.(?:bin|pt|pth|safetensors)$"
)


def send(session: Session, report: Report, source: Source | None) -> None:
    """Reports metrics, and a checkpoint if there is one; all ranks call it, and each uploads the files that it owns."""
    if source is None or not session.stores():
        session.report(report)
        return
    from ray.train import Checkpoint

    report |= keeping.place(source)
    held = held_for_upload(session, source) if source.is_async else source

    def upload(checkpoint: Checkpoint, name: str) -> Checkpoint:
        # Ray calls this once every rank has reported, so what the ranks wrote is complete by now.
        filesystem, run = session.run_folder()
        with failures_named(source.step, f"{run}/{name}"):
            store(session, held, filesystem, f"{run}/{name}")
        if held is not source:
            shutil.rmtree(held.folder, ignore_errors=True)
        return Checkpoint(f"{run}/{name}", filesystem)

    session.report(report, Checkpoint.from_directory(source.folder), upload, source.step, source.is_async)


def held_for_upload(session: Session, source: Source) -> Source:
    """The checkpoint under a second name of this rank's own, which stays when the Trainer removes its oldest ones.

    All ranks call it: it waits until every rank has written its part.
    """
    session.barrier()
    parent, name = os.path.split(source.folder)
    # A name that the Trainer does not count as a checkpoint, nor uploads to the hub.
    folder = os.path.join(parent, f"_uploading-{name}-rank-{session.rank}")
    shutil.rmtree(folder, ignore_errors=True)
    with failures_named(source.step, folder):
        for file in owned(files_in(source.folder), session, source.on_each_node):
            target = os.path.join(folder, file)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if not (source.may_link and linked(os.path.join(source.folder, file), target)):
                shutil.copyfile(os.path.join(source.folder, file), target)
    return replace(source, folder=folder)


def store(session: Session, source: Source, filesystem: Any, target: str) -> None:
    """Puts this rank's files below `target`, and then the list of them: a checkpoint is complete with the lists of all ranks."""
    sizes = {}
    for name, folder in {"": source.folder, **source.inner}.items():
        for file in owned(files_in(folder), session, source.on_each_node):
            path, stored = os.path.join(folder, file), os.path.join(name, file)
            put(path, filesystem, f"{target}/{FOLDER}/{stored}", source.may_link)
            sizes[stored] = os.path.getsize(path)
    manifest = {"step": source.step, "training": source.training, "world_size": session.world_size, "files": sizes}
    content = json.dumps({**manifest, "counted": dict(source.counted)})
    write(filesystem, f"{target}/{MANIFEST.format(session.rank)}", content.encode())


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


def clear(session: Session, folder: str) -> None:
    """Removes what an earlier run or attempt left under the name of a checkpoint about to be written; all ranks call it."""
    if session.local_rank == 0:
        shutil.rmtree(folder, ignore_errors=True)
    if session.world_size > 1:
        import torch.distributed

        torch.distributed.barrier()
