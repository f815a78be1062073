"""Two ranks of a training, forked and restarted when one of them dies: what Ray's controller does, at a tenth of the time.

`python forked_ranks.py stream named`: for each kind of training a line with the hash of the undisturbed weights, that of the weights after the
deaths that `dying` knows, and how many deaths there were.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.fs
import torch
import torch.distributed
from ray.train import Checkpoint
from tests.runtime import dying, faulty, plain_loop, tiny
from transformers.trainer_utils import get_last_checkpoint

from raylift_runtime import accelerate as loops
from raylift_runtime import transformers as trainers
from raylift_runtime.training import trainer_callback
from raylift_runtime.worker import group_settings, half_written
from raylift_runtime.worker.session import Session

STEPS, SAVE_STEPS, ATTEMPTS = 12, 4, 9


@dataclass(frozen=True)
class Rank(Session):
    """A rank of two on this machine, whose run lies in `folder`; a checkpoint is committed once both have uploaded theirs."""

    folder: str = ""

    def report(self, metrics: Any, checkpoint: Any = None, upload: Any = None, *_: Any) -> None:
        self.barrier()
        if checkpoint is not None:
            stored = upload(checkpoint, self.from_rank_zero(f"checkpoint_{time.time_ns()}"))
            self.barrier()
            if self.rank == 0:
                Path(self.folder, "part").write_text(stored.path)
                Path(self.folder, "part").replace(Path(self.folder, "committed"))
        self.barrier()

    def checkpoint(self) -> Any:
        committed = Path(self.folder, "committed")
        return Checkpoint(committed.read_text(), pyarrow.fs.LocalFileSystem()) if committed.exists() else None

    def from_rank_zero(self, value: Any) -> Any:
        shared = [value]
        torch.distributed.broadcast_object_list(shared, src=0)
        return shared[0]

    def preemption(self) -> None:
        return None

    def run_folder(self) -> tuple[Any, str]:
        return pyarrow.fs.LocalFileSystem(), f"{self.folder}/run"


def train_trainer(kind: str, deaths: str) -> None:
    trainer = tiny.trainer(
        "out",
        faulty.OnAFullDisk,
        max_steps=STEPS,
        save_steps=SAVE_STEPS,
        save_total_limit=2,
        save_only_model=kind == "only-model",
    )
    trainer.plan = dying.Plan(deaths)
    if kind == "stream":
        trainer.train_dataset = faulty.Stream()
    trainer.add_callback(faulty.Kill(trainer.plan))
    trainer.add_callback(trainers.RayTrainReportCallback())
    looks = kind == "looks" and os.path.isdir("out")
    trainers.prepare_trainer(trainer).train(resume_from_checkpoint=get_last_checkpoint("out") if looks else None)
    if trainer.args.should_save:
        trainer.save_model("final")


def train_loop(kind: str, deaths: str) -> None:
    """The plain loop with what a lift with `--resumable` adds to it."""
    source = Path(plain_loop.__file__).read_text()
    head, line = "    for epoch in range(args.epochs):\n", "        accelerator.print("
    assert source.count(head) == source.count(line) == 1
    source = source.replace(head, "    for epoch in resumable(range(args.epochs), accelerator=accelerator):\n")
    source = source.replace(line, f'        report({{"epoch": epoch}}, accelerator=accelerator, model=model)\n{line}')
    sys.argv[1:] = ["--epochs", str(STEPS // SAVE_STEPS), "--kills", deaths, *(["--named"] if kind == "named" else [])]
    exec(compile(source, "loop", "exec"), {"__name__": "__main__", "report": loops.report, "resumable": loops.resumable})  # noqa: S102  # as `raylift run` does


def work(rank: int, folder: str, attempt: int, kind: str, deaths: str) -> None:
    """What one rank does in one attempt."""
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
    os.environ.update({name: str(value) for name, value in place.items()}, ACCELERATE_USE_CPU="true")
    os.chdir(folder)
    store = torch.distributed.FileStore(f"{folder}/store-{attempt}", 2)
    torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=2)
    session = Rank(rank, 2, rank, 2, 0, folder=folder)
    for module in (trainer_callback, trainers, loops, half_written):
        module.current = lambda: session  # type: ignore[attr-defined]  # as in a worker of Ray's
    half_written.remove_what_was_cut_short()
    session.barrier()
    group_settings.mend_partial_state()
    half_written.mend_accelerator()
    (train_loop if kind in ("accelerate", "named") else train_trainer)(kind, deaths)
    session.barrier()


def fork(rank: int, *arguments: Any) -> int:
    """The process of one rank."""
    if process := os.fork():
        return process
    status = 1
    try:
        torch.set_num_threads(1)
        work(rank, *arguments)
        status = 0
    finally:
        os._exit(status)


def trained(kind: str, deaths: str) -> tuple[str, int]:
    """A hash of the final weights, and how many deaths there were; restarts both ranks when one has died."""
    with tempfile.TemporaryDirectory() as folder:
        for attempt in range(ATTEMPTS):
            ranks = [fork(rank, folder, attempt, kind, deaths) for rank in (0, 1)]
            first, status = os.wait()
            (other,) = set(ranks) - {first}
            if status:
                os.kill(other, signal.SIGKILL)
            if os.waitpid(other, 0)[1] == status == 0:
                break
        (weights,) = Path(folder, "final").glob("model.*")
        return hashlib.sha256(weights.read_bytes()).hexdigest(), len(list(Path(folder).glob("died-*")))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        (expected, _), (weights, died) = (
            trained(each, ""),
            trained(each, dying.EARLY_ONE if each == "only-model" else dying.EARLY),
        )
        print(each, expected, weights, died, flush=True)
