"""One training with an Accelerate config in the working folder, and what it came to, for `sharding.py` to compare.

`python sharded_training.py loop config.yaml`, on Ray's workers as many as RAYLIFT_NUM_WORKERS says, or, with `--plain`, under `accelerate
launch`. Each rank leaves its losses in `losses-RANK`, how it trained in `trained-RANK`, and rank 0 a hash of the weights in `weights`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs, set_seed
from ray.train import FailureConfig, RunConfig, ScalingConfig
from tests.runtime import dying
from torch.utils.data import DataLoader, Dataset
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments

from raylift_runtime.accelerate import report, resumable
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer

EPOCHS, ROWS, BATCH = 3, 48, 2


class Rows(Dataset[dict[str, torch.Tensor]]):
    def __len__(self) -> int:
        return ROWS

    def __getitem__(self, row: int) -> dict[str, torch.Tensor]:
        ids = torch.randint(0, 50, (16,), generator=torch.Generator().manual_seed(row))
        return {"input_ids": ids, "labels": ids}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("training", choices=("loop", "trainer"))
    parser.add_argument("config")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--deaths", default="")
    return parser.parse_args()


def model() -> GPT2LMHeadModel:
    set_seed(5)
    return GPT2LMHeadModel(GPT2Config(vocab_size=50, n_positions=16, n_embd=32, n_layer=2, n_head=2))


def note(file: str, line: str) -> None:
    with open(f"{file}-{os.environ['RANK']}", "a") as opened:
        opened.write(f"{line}\n")


def loop(deaths: dying.Plan) -> None:
    group = [] if torch.cuda.is_available() else [InitProcessGroupKwargs(backend="gloo")]
    accelerator = Accelerator(kwargs_handlers=group)
    deaths.in_saves_of(accelerator)
    net = model()
    optimizer, loader = torch.optim.AdamW(net.parameters(), lr=1e-3), DataLoader(Rows(), batch_size=BATCH, shuffle=True)
    net, optimizer, loader = accelerator.prepare(net, optimizer, loader)
    for epoch in resumable(range(EPOCHS), accelerator=accelerator):
        for number, batch in enumerate(loader):
            step = epoch * len(loader) + number
            deaths.here(step, "step")
            with accelerator.accumulate(net):
                loss = net(**batch).loss
                accelerator.backward(loss)
                if accelerator.sync_gradients:
                    accelerator.clip_grad_norm_(net.parameters(), 0.5)
                optimizer.step()
                optimizer.zero_grad()
            note("losses", f"{step} {loss.item().hex()}")
        report({"loss": loss}, accelerator=accelerator, model=net)
    end(accelerator, net)


class Noted(Trainer):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    def training_step(self, *arguments: Any, **given: Any) -> Any:
        loss = super().training_step(*arguments, **given)
        note("losses", f"{self.state.global_step} {loss.item().hex()}")
        return loss


class Deaths(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    def __init__(self, plan: dying.Plan) -> None:
        self.plan = plan

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.plan.here(state.global_step, "step")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.plan.amid_upload(state.global_step)


def train(deaths: dying.Plan) -> None:
    arguments = TrainingArguments(
        "out", per_device_train_batch_size=BATCH, gradient_accumulation_steps=2, max_grad_norm=0.5, num_train_epochs=EPOCHS,
        save_steps=4, logging_steps=1, report_to="none", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
        bf16=os.environ.get("ACCELERATE_MIXED_PRECISION") == "bf16",
    )  # fmt: skip
    trainer = Noted(model=model(), args=arguments, train_dataset=Rows())
    trainer.add_callback(Deaths(deaths))
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    end(trainer.accelerator, trainer.model_wrapped)


def end(accelerator: Accelerator, net: Any) -> None:
    state = accelerator.get_state_dict(net)
    if accelerator.is_main_process:
        digest = hashlib.sha256()
        for name in sorted(state):
            digest.update(state[name].detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        Path("weights").write_text(digest.hexdigest())
    note("trained", f"{accelerator.distributed_type.value}, {accelerator.mixed_precision}, {accelerator.num_processes}")


def train_func() -> None:
    given = options()
    {"loop": loop, "trainer": train}[given.training](dying.Plan(given.deaths))


if __name__ == "__main__":
    if options().plain:
        train_func()
    else:
        run = RunConfig(name="r", failure_config=FailureConfig(max_failures=3))
        TorchTrainer(
            train_func, accelerate_config=options().config, scaling_config=ScalingConfig(num_workers=2), run_config=run
        ).fit()
