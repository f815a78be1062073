"""`raylift verify` proves the lift of a loop of ours and of scripts that others wrote, each in one command."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.fidelity.tiny_hub import causal_model, sentences
from tests.shapes import SCRIPTS, arguments

SHAPE = "accelerate/training_function"
STEPS = "3"
TIMEOUT_S = 900


def verified(python: str, script: str, folder: Path, *args: str, as_module: bool = False) -> str:
    """What `raylift verify` answers where the lift is right."""
    started = ["-m", script] if as_module else [script]
    command = [python, "-m", "raylift", "verify", *started, "-n", "2", "--no-use-gpu", "--steps", STEPS, "--", *args]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **offline}, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.ray
@pytest.mark.slow
def test_a_loop_with_accelerate_is_verified(warm: str, tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS[SHAPE].parent, tmp_path / "project")
    answer = verified(warm, "before.py", tmp_path / "project", *arguments(SCRIPTS[SHAPE]))
    assert "trains to the same losses after its lift" in answer


PROJECT = {
    "pyproject.toml": "",
    "pkg/__init__.py": "",
    "pkg/work.py": """import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments


class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 32

    def __getitem__(self, i):
        ids = torch.arange(8) * (i + 1) % 17
        return {"input_ids": ids, "labels": ids}


def train(steps):
    model = GPT2LMHeadModel(GPT2Config(vocab_size=17, n_positions=8, n_embd=16, n_layer=1, n_head=2))
    args = TrainingArguments("out", max_steps=steps, per_device_train_batch_size=4, report_to="none", use_cpu=True)
    trainer = Trainer(model=model, args=args, train_dataset=Rows())
    trainer.train()
""",
    "pkg/start.py": """import sys

from transformers import set_seed

from .work import train

if __name__ == "__main__":
    set_seed(0)
    train(int(sys.argv[1]))
""",
}


@pytest.mark.ray
@pytest.mark.slow
def test_a_module_of_a_project_is_verified_with_what_it_trains_with(warm: str, tmp_path: Path) -> None:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    answer = verified(warm, "pkg.start", tmp_path, STEPS, as_module=True)
    assert "trains to the same losses after its lift" in answer


@pytest.mark.ray
@pytest.mark.slow
def test_a_script_of_trl_is_verified(warm: str, tmp_path: Path) -> None:
    scripts = pytest.importorskip("trl.scripts", reason="trl is not installed, or is older than its scripts")
    shutil.copy(f"{scripts.__path__[0]}/sft.py", tmp_path)
    model, data = causal_model(tmp_path / "model"), sentences(tmp_path / "data")
    args = ["--model_name_or_path", model.name, "--dataset_name", data.name, "--output_dir", "out", "--max_steps", STEPS]
    answer = verified(
        warm, "sft.py", tmp_path, *args, "--per_device_train_batch_size", "4", "--report_to", "none", "--bf16", "false"
    )
    assert answer.count("none              equal") == 2, answer
