"""A training that measures itself: by torchrun, by stock Ray Train, or by this runtime, as its first argument says.

Each rank writes what it measured to `timed-RANK.json`: seconds that a checkpoint held training up and bytes written in them, seconds
per step, and the time of the first step since the driver asked for it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
from tests.runtime import tiny
from transformers import PretrainedConfig, PreTrainedModel, Trainer, TrainerCallback, TrainingArguments

WARM = 100  # steps before computing is counted


def bytes_written() -> int:
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["wchar"])


def cpu_seconds(root: int) -> float:
    """What this process and all below it have computed so far: the ranks, their launcher, and what Ray runs beside them."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(process.name)] = int(fields[1])
        seconds[int(process.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    below = {root}
    for _ in range(9):  # as deep as any of them lies
        below |= {process for process, parent in parents.items() if parent in below}
    return sum(seconds.get(process, 0.0) for process in below)


class Stopwatch(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """Stands before the callback that it measures; what follows a save until the next event is that callback's."""

    def __init__(self) -> None:
        self.saves: list[tuple[float, int]] = []
        self.steps: list[float] = []
        self.saving: tuple[float, int] | None = None
        self.since: tuple[int, float, float] | None = None

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.saving = time.perf_counter(), bytes_written()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.next_event()
        self.steps.append(time.perf_counter())
        self.first = getattr(self, "first", time.time())
        if len(self.steps) == WARM:
            self.since = WARM, cpu_seconds(int(os.environ["HF_TIMED_ROOT"])), time.process_time()

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.next_event()
        between = sorted(after - before for before, after in zip(self.steps, self.steps[1:], strict=False))
        start = float(os.environ.get("HF_TIMED_START", self.first))
        measured = {"saves": self.saves, "step": sum(between) / len(between), "median_step": between[len(between) // 2]}
        if self.since is not None:
            began, computed, own = self.since
            steps = len(self.steps) - began
            measured |= {
                "cpu": (cpu_seconds(int(os.environ["HF_TIMED_ROOT"])) - computed) / steps,
                "own_cpu": (time.process_time() - own) / steps,
            }
        Path(f"timed-{os.environ['RANK']}.json").write_text(json.dumps({**measured, "first_step": self.first - start}))

    def next_event(self) -> None:
        if self.saving:
            self.saves.append((time.perf_counter() - self.saving[0], bytes_written() - self.saving[1]))
            self.saving = None


class Wide(PreTrainedModel):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """A model of so many float32 numbers, with hardly anything to compute."""

    config_class = PretrainedConfig

    def __init__(self, numbers: int) -> None:
        super().__init__(PretrainedConfig())
        self.table = torch.nn.Embedding(numbers // 1024, 1024)
        self.post_init()

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": self.table(input_ids).mean()}


def train(runtime: str, what: str) -> None:
    common: dict[str, Any] = {"output_dir": "out", "report_to": "none", "disable_tqdm": True, "use_cpu": True}
    if what == "checkpoints":
        args = TrainingArguments(**common, max_steps=6, save_steps=2, optim="sgd", per_device_train_batch_size=2, logging_steps=2)
        trainer = Trainer(model=Wide(int(os.environ["HF_TIMED_BYTES"]) // 4), args=args, train_dataset=tiny.Sentences(64))
    else:
        trainer = tiny.trainer("out", max_steps=1500, save_strategy="no", logging_steps=1, per_device_train_batch_size=32)
    trainer.add_callback(Stopwatch())
    if runtime == "ours":
        from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
    elif runtime == "stock":
        from ray.train.huggingface.transformers import RayTrainReportCallback, prepare_trainer
    if runtime != "torchrun":
        trainer.add_callback(RayTrainReportCallback())
        trainer = prepare_trainer(trainer)
    trainer.train()


def train_func() -> None:
    train(os.environ["HF_TIMED_RUNTIME"], os.environ["HF_TIMED_WHAT"])


if __name__ == "__main__":
    kind = sys.argv[1]
    root = os.getppid() if kind == "torchrun" else os.getpid()
    os.environ |= {
        "HF_TIMED_ROOT": str(root),
        "HF_TIMED_RUNTIME": kind,
        "HF_TIMED_WHAT": sys.argv[2],
        "HF_TIMED_START": str(time.time()),
    }
    if kind == "torchrun":
        train_func()
    else:
        import ray
        from ray.train import RunConfig, ScalingConfig

        if kind == "ours":
            from raylift_runtime.torch import TorchTrainer
        else:
            from ray.train.torch import TorchTrainer
        if kind == "stock":  # what our runtime sends by itself
            place = {name: value for name, value in os.environ.items() if name.startswith("HF_") or name == "PYTHONPATH"}
            ray.init(runtime_env={"env_vars": {**place, "ACCELERATE_USE_CPU": "true", "RAY_CHDIR_TO_TRIAL_DIR": "0"}})
            os.environ["RAY_CHDIR_TO_TRIAL_DIR"] = "0"
        else:
            ray.init()
        os.environ["HF_TIMED_START"] = str(time.time())
        run = RunConfig(storage_path=os.path.abspath("storage"))
        TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=run).fit()
