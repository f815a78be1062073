"""Trainings with DeepSpeed as anybody might write them, for each of its stages: by an Accelerate config alone, by a plugin, by a Trainer.

Under `accelerate launch --config_file zero1.yaml sharded.py` or, with `--on-ray`, on two Ray workers; the configs of all stages lie in
the working folder. `--deaths '{"3": "9:1:step"}'` says what happens to the trainings of a stage, as `dying.Plan` has it.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState
from accelerate.utils import DeepSpeedPlugin, InitProcessGroupKwargs, set_seed
from ray.train import FailureConfig, RunConfig, ScalingConfig
from tests.runtime import dying, tiny
from tests.runtime.accelerate_config.launcher import launched
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from transformers import TrainerCallback

from raylift_runtime.accelerate import report, resumable
from raylift_runtime.accelerate_config import config as accelerate_config
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer

# What makes CPU processes one group under `accelerate launch --use_deepspeed`, which itself knows GPUs only.
ONE_GROUP = InitProcessGroupKwargs(backend="gloo")


class Record:
    """Every loss of one training on this rank, each on a line of its own: what is trained again after a death is there again."""

    def __init__(self, training: str) -> None:
        self.file = f"losses-{training}-{os.environ['RANK']}"

    def __call__(self, step: int, loss: torch.Tensor) -> None:
        with open(self.file, "a") as file:
            file.write(f"{step} {loss.item().hex()}\n")


def settings(stage: int, **others: Any) -> dict[str, Any]:
    """A DeepSpeed config with accumulation and clipping."""
    sizes = {
        "train_micro_batch_size_per_gpu": 4,
        "gradient_accumulation_steps": 2,
        "train_batch_size": "auto",
        "gradient_clipping": 0.5,
    }
    return {"zero_optimization": {"stage": stage}, **sizes, "zero_allow_untested_optimizer": True, **others}


def loop(name: str, accelerator: Accelerator, deaths: str = "") -> None:
    set_seed(5)
    plan, record = dying.Plan(deaths), Record(name)
    plan.in_saves_of(accelerator)
    data = TensorDataset(torch.randn(48, 4), torch.randn(48, 1))
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.7)
    loader = DataLoader(data, batch_size=4, shuffle=True)
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    for epoch in resumable(range(3), accelerator=accelerator):
        for number, (features, targets) in enumerate(loader):
            step = epoch * len(loader) + number
            plan.here(step, "step")
            with accelerator.accumulate(model):
                loss = nn.functional.mse_loss(model(features), targets)
                accelerator.backward(loss)
                if accelerator.sync_gradients:
                    accelerator.clip_grad_norm_(model.parameters(), 0.5)
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
            record(step, loss)
        report({"loss": loss}, accelerator=accelerator, model=model)
    keep_weights(name, model)


class Recorded(tiny.Trainer):
    record: Record

    def training_step(self, *arguments: Any, **options: Any) -> Any:
        loss = super().training_step(*arguments, **options)
        self.record(self.state.global_step, loss)
        return loss


class Deaths(TrainerCallback):
    def __init__(self, deaths: str) -> None:
        self.plan = dying.Plan(deaths)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.plan.here(state.global_step, "step")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.plan.here(state.global_step, "save")
        self.plan.amid_upload(state.global_step)


def train(stage: int, deaths: str) -> None:
    rates = {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto", "torch_adam": True}
    trainer = tiny.trainer(
        "out", Recorded, max_steps=6, save_steps=2, logging_steps=1, gradient_accumulation_steps=2, max_grad_norm=0.5,
        deepspeed=settings(stage, optimizer={"type": "AdamW", "params": rates}),
    )  # fmt: skip
    trainer.record = Record("trainer")
    trainer.add_callback(Deaths(deaths))
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    keep_weights("trainer", trainer.model_wrapped)


def keep_weights(name: str, engine: Any) -> None:
    import deepspeed

    with deepspeed.zero.GatheredParameters(list(engine.parameters())):
        print(name, type(engine).__name__, engine.zero_optimization_stage(), flush=True)
        torch.save(engine.module.state_dict(), f"weights-{name}-{os.environ['RANK']}.pt")


def forget() -> None:
    """Ends what the training before has told Accelerate about this process, its config among it."""
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()
    for name in [name for name in os.environ if name.startswith("ACCELERATE_") and name != "ACCELERATE_USE_CPU"]:
        del os.environ[name]


def begin(stage: int, given: argparse.Namespace) -> None:
    """Gives this process the config of a stage, as its launcher has given it that of the first."""
    file = Path(f"zero{stage}.yaml").absolute()
    if stage > 1:
        forget()
        os.environ.update(accelerate_config.load(file).worker_environment() if given.on_ray else launched(file))
    assert os.environ["ACCELERATE_DEEPSPEED_ZERO_STAGE"] == str(stage)
    os.makedirs(f"zero{stage}", exist_ok=True)
    os.chdir(f"zero{stage}")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deaths", type=json.loads, default={})
    parser.add_argument("--on-ray", action="store_true")
    return parser.parse_args()


def train_func() -> None:
    given = options()
    for stage in (1, 2, 3):
        deaths = given.deaths.get(str(stage), "")
        begin(stage, given)
        loop("config", Accelerator(kwargs_handlers=[ONE_GROUP]))
        forget()
        plugin = DeepSpeedPlugin(hf_ds_config=settings(stage))
        loop("plugin", Accelerator(deepspeed_plugin=plugin, kwargs_handlers=[ONE_GROUP]), deaths)
        forget()
        train(stage, deaths)
        os.chdir("..")


if __name__ == "__main__":
    if options().on_ray:
        run = RunConfig(name="r", failure_config=FailureConfig(max_failures=8))
        scaling = ScalingConfig(num_workers=2)
        TorchTrainer(train_func, accelerate_config="zero1.yaml", scaling_config=scaling, run_config=run).fit()
    else:
        train_func()
