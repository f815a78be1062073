"""A lifted script to which happens what its command line says.

`python faulty.py --kills 3:1:step,8:0:upload`: rank 1 is killed at the beginning of step 3, rank 0 amid the upload after step 8.
`--full 4:0:optimizer.pt`: the disk is full when rank 0 writes that file of the checkpoint of step 4.
`--away optimizer.pt`: the storage fails when a file of that name is first written into it.
`--only-model`: the checkpoints hold the model alone. `--stream`: the data has no length and is passed again and again.
`--looks`: the script looks for its newest checkpoint itself.
`--sharded`: each rank holds, writes and reads its own part of the optimizer's state.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.fs
import torch
from fsspec.implementations.local import LocalFileSystem
from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from tests.runtime import dying, tiny
from torch.utils.data import IterableDataset
from transformers import Trainer, TrainerCallback
from transformers.trainer_utils import get_last_checkpoint

from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer


class Kill(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    def __init__(self, plan: dying.Plan) -> None:
        self.plan = plan

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        time.sleep(float(os.environ.get("HF_SLOW_STEPS", "0")))
        self.plan.here(state.global_step, "step")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.plan.here(state.global_step, "save")
        self.plan.amid_upload(state.global_step)


class OnAFullDisk(Trainer):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    full = ""
    plan = dying.Plan()

    def _save_rng_state(self, output_dir: str) -> None:
        self.plan.here(self.state.global_step, "saving")
        super()._save_rng_state(output_dir)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        if self.args.save_only_model:
            self.plan.here(self.state.global_step, "saving")

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        step = self.state.global_step
        dying.fill_disk(self.full, os.path.join(self.args.output_dir, f"checkpoint-{step}"), step)
        super()._save_checkpoint(model, trial)


class Stream(IterableDataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """As many rows as three steps take."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        rows = tiny.Sentences(24)
        return iter([rows[row] for row in range(24)])


class AwayOnce(pyarrow.fs.FSSpecHandler):  # type: ignore[misc]  # pyarrow ships no types
    """A storage that is not just a disk, and fails the first time that a file of each of these names is written."""

    def __init__(self, names: list[str], folder: str) -> None:
        super().__init__(LocalFileSystem(auto_mkdir=True))
        self.names, self.folder = names, folder

    def open_output_stream(self, path: str, metadata: Any) -> Any:
        for name in self.names:
            mark = Path(self.folder, f"away-{name}")
            if name in path and not mark.exists():
                mark.touch()
                raise OSError(f"{path}: the storage is away")
        return super().open_output_stream(path, metadata)


class Sharded(OnAFullDisk):
    """A Trainer with such an optimizer, and a file for each rank's part."""

    def create_optimizer(self, *_: Any) -> Any:
        if self.optimizer is None:
            self.optimizer = dying.OwnPart(self.model.parameters(), torch.optim.AdamW, lr=self.args.learning_rate)
        return self.optimizer

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        super()._save_optimizer_and_scheduler(output_dir)
        torch.save(self.optimizer.state_dict(), os.path.join(output_dir, f"part_rank_{self.args.process_index}.pt"))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None:
            own = os.path.join(checkpoint, f"part_rank_{self.args.process_index}.pt")
            self.optimizer.load_state_dict(torch.load(own, weights_only=True))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", default="")
    parser.add_argument("--full", default="")
    parser.add_argument("--away", default="")
    parser.add_argument("--retries", type=int, default=-1)
    for name in ("--sharded", "--only-model", "--stream", "--looks"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--save-steps", type=int, default=4)
    return parser.parse_args()


def train_func() -> None:
    given = options()
    trainer = tiny.trainer(
        "out", Sharded if given.sharded else OnAFullDisk, max_steps=given.steps, save_steps=given.save_steps, eval_strategy="steps",
        eval_steps=given.save_steps, save_total_limit=2, load_best_model_at_end=True, save_only_model=given.only_model,
    )  # fmt: skip
    trainer.full, trainer.plan = given.full, dying.Plan(given.kills)
    if given.stream:
        trainer.train_dataset = Stream()
    trainer.add_callback(Kill(trainer.plan))
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train(resume_from_checkpoint=get_last_checkpoint("out") if given.looks and os.path.isdir("out") else None)
    trainer.save_model("final")


def run_config(given: argparse.Namespace) -> RunConfig:
    run = RunConfig(failure_config=FailureConfig(max_failures=given.retries), checkpoint_config=CheckpointConfig(num_to_keep=3))
    if given.away:
        run.storage_filesystem = pyarrow.fs.PyFileSystem(AwayOnce(given.away.split(","), os.getcwd()))
    return run


if __name__ == "__main__":
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=run_config(options())).fit()
