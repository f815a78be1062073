"""A lifted script that kills its own workers where its command line says, as power cuts and preemptions do.

`python faulty.py --kills 3:1:step,8:0:upload`: rank 1 dies at the beginning of step 3, rank 0 amid the upload after step 8.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from pathlib import Path
from typing import Any

from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from tests.runtime import tiny
from transformers import TrainerCallback

from raylift_runtime import checkpoints
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer


class Kill(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """Ends this process without a word at the next place of the plan; a file per death says which come next."""

    def __init__(self, plan: str) -> None:
        self.plan = [death for death in plan.split(",") if death]

    def here(self, step: int, where: str) -> None:
        died = len(list(Path(".").glob("died-*")))
        if died < len(self.plan) and self.plan[died] == f"{step}:{os.environ['RANK']}:{where}":
            Path(f"died-{died}").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        time.sleep(float(os.environ.get("HF_SLOW_STEPS", "0")))
        self.here(state.global_step, "step")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.here(state.global_step, "save")
        put = checkpoints.put

        def put_and_die(file: str, *arguments: Any) -> None:
            put(file, *arguments)
            self.here(state.global_step, "upload")

        checkpoints.put = put_and_die


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", default="")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--save-steps", type=int, default=4)
    options = parser.parse_args()
    trainer = tiny.trainer(
        "out", max_steps=options.steps, save_steps=options.save_steps, eval_strategy="steps", eval_steps=options.save_steps,
        save_total_limit=2, load_best_model_at_end=True,
    )  # fmt: skip
    trainer.add_callback(Kill(options.kills))
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    trainer.save_model("final")


def train_func() -> None:
    main()


if __name__ == "__main__":
    run = RunConfig(failure_config=FailureConfig(max_failures=-1), checkpoint_config=CheckpointConfig(num_to_keep=3))
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=run).fit()
