"""Where training continues: at the newest checkpoint of the run that is whole, never at what lies in an output folder."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.fs

from raylift_runtime.checkpoints import random_states
from raylift_runtime.checkpoints.beginning import beginning
from raylift_runtime.checkpoints.upload import FOLDER, MANIFEST
from raylift_runtime.storage.files import insist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from raylift_runtime.worker.session import Session

logger = logging.getLogger(__name__)

SPLIT_BY_RANK = re.compile(r"zero_pp_rank_\d+_")


@dataclass(frozen=True)
class Stored:
    """A whole checkpoint in the run's storage: its path there, its step, its training's number, how many ranks wrote it, and what.

    `passes`: how often a stream had been passed by then, whose place a Trainer finds by its own counting in the first pass only.
    """

    path: str
    step: int
    training: int
    world_size: int
    files: tuple[str, ...] = ()
    passes: int = 0

    def lacks(self, finds_place: bool) -> list[str]:
        """What it would take to go on from it to the weights of an undisturbed run, and is not there.

        `finds_place`: whether the Trainer can be told a place in a stream that it has passed before.
        """
        names = " ".join(self.files)
        has_schedule = "scheduler" in names or "model_states.pt" in names  # DeepSpeed keeps it with the model
        held = {"optimizer": "optim" in names, "schedule": has_schedule, "random states": "rng_state" in names}
        held["place in the stream"] = finds_place or not self.passes
        return [what for what, is_held in held.items() if not is_held]


@dataclass(frozen=True)
class Resumption:
    """What `train(resume_from_checkpoint=...)` is given, and whether that is a checkpoint of this run."""

    start: Any
    is_of_run: bool = False


@contextlib.contextmanager
def newest(session: Session, training: int, output_dir: str, chosen: Any, finds_place: bool = True) -> Iterator[Resumption]:
    """Where training goes on: at the run's newest checkpoint, in a folder here, else where the run's first attempt began.

    All ranks enter it. A checkpoint that lacks something of an undisturbed run is passed over: training begins again instead.
    """
    found = newest_stored(session, training, lambda stored: stored.lacks(finds_place))
    path = session.from_rank_zero(found.path if found else None)
    if path is None:
        first = beginning(session, training, output_dir, chosen)
        yield Resumption(chosen if first.is_own else first.folder)
        return
    from ray.train import Checkpoint

    filesystem, _ = session.run_folder()
    with Checkpoint(path, filesystem).as_directory() as folder, random_states.readable():
        start = os.path.join(folder, FOLDER)
        _restore_best(session, training, start, output_dir)
        yield Resumption(start, is_of_run=True)


def newest_stored(session: Session, training: int, lacks: Callable[[Stored], list[str]] = lambda _: []) -> Stored | None:
    """On rank 0, the newest whole checkpoint of this training that lacks nothing to go on from; a run that is new has none."""
    if session.rank != 0 or not session.stores():
        return None
    filesystem, run = session.run_folder()
    committed = None if session.is_local else session.checkpoint()
    if committed is None and not session.is_local:
        return None
    first = described(filesystem, committed.path) if committed else None
    if first is not None and first.training == training and not lacks(first):
        return fitting(first, session)
    if committed and first is None:
        logger.warning("The newest checkpoint %s is not whole: training continues from the one before it.", committed.path)
    whole = sorted((found for found in stored_in(filesystem, run) if found.training == training), key=lambda found: found.step)
    best = next((found for found in reversed(whole) if not lacks(found)), None)
    if whole and best is not whole[-1]:
        logger.warning("Training does not go on from %s: it holds no %s.", whole[-1].path, ", no ".join(lacks(whole[-1])))
    return fitting(best, session) if best else None


def fitting(found: Stored, session: Session) -> Stored:
    """The checkpoint, if this group can go on from it; raises RuntimeError where its optimizer state is split for another size."""
    if found.world_size == session.world_size:
        return found
    if any(SPLIT_BY_RANK.search(file) for file in found.files):
        raise RuntimeError(
            f"{found.path} holds DeepSpeed's optimizer state in parts for {found.world_size} ranks, and this group has "
            f"{session.world_size}. Train with {found.world_size} workers, or convert it to DeepSpeed's universal checkpoint."
        )
    logger.warning(
        "The checkpoint of step %d was written by %d ranks, and this group has %d: the global batch size is another, so the steps of "
        "an epoch, its data order and each rank's random state are not those of an undisturbed run.",
        found.step, found.world_size, session.world_size,
    )  # fmt: skip
    return found


def stored_in(filesystem: Any, run: str) -> list[Stored]:
    """All whole checkpoints in a run's storage."""
    entries = insist(lambda: filesystem.get_file_info(pyarrow.fs.FileSelector(run, allow_not_found=True)))
    found = [described(filesystem, entry.path) for entry in entries if entry.type == pyarrow.fs.FileType.Directory]
    return [each for each in found if each is not None]


def described(filesystem: Any, path: str) -> Stored | None:
    """A checkpoint by the lists that its ranks left in it; None where a list or a file is missing, or has another size.

    Raises OSError where the storage does not answer: a checkpoint that cannot be read now is no reason to begin anew.
    """
    first = _manifest(filesystem, path, 0)
    if first is None:
        return None
    manifests = [first, *(_manifest(filesystem, path, rank) for rank in range(1, first["world_size"]))]
    expected: dict[str, int] = {}
    for manifest in manifests:
        if manifest is None:
            return None
        expected |= manifest["files"]
    infos = insist(lambda: filesystem.get_file_info([f"{path}/{FOLDER}/{file}" for file in expected]))
    if any(not info.is_file or info.size != size for info, size in zip(infos, expected.values(), strict=True)):
        return None
    passes = int(first.get("counted", {}).get("passes", 0))
    return Stored(path, first["step"], first["training"], first["world_size"], tuple(expected), passes)


def _manifest(filesystem: Any, path: str, rank: int) -> dict[str, Any] | None:
    def read() -> bytes:
        with filesystem.open_input_stream(f"{path}/{MANIFEST.format(rank)}") as stream:
            content: bytes = stream.read()
        return content

    try:
        manifest: dict[str, Any] = json.loads(insist(read))
    except (FileNotFoundError, ValueError):
        return None
    return manifest


def _restore_best(session: Session, training: int, start: str, output_dir: str) -> None:
    """Puts the best checkpoint so far back into the output folder, where the Trainer loads it from at the end of training."""
    with open(os.path.join(start, "trainer_state.json"), encoding="utf-8") as file:
        state = json.load(file)
    best = state.get("best_model_checkpoint")
    if best and session.local_rank == 0:
        filesystem, run = session.run_folder()
        step = int(best.rpartition("-")[2])
        copies = [found for found in stored_in(filesystem, run) if (found.step, found.training) == (step, training)]
        if copies:
            shutil.rmtree(best, ignore_errors=True)
            os.makedirs(best)
            pyarrow.fs.copy_files(f"{copies[-1].path}/{FOLDER}", best, source_filesystem=filesystem)
    session.barrier()
