"""`raylift verify` proves the lift of a loop of ours and of scripts that others wrote, each in one command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fidelity.tiny_hub import causal_model, preferences, sentences
from tests.shapes import SCRIPTS, arguments

SHAPE = "accelerate/training_function"
STEPS = "3"
TIMEOUT_S = 900


def verified(script: str, folder: Path, *args: str) -> str:
    """What `raylift verify` answers where the lift is right."""
    command = [sys.executable, "-m", "raylift", "verify", script, "-n", "2", "--no-use-gpu", "--steps", STEPS, "--", *args]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **offline}, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.ray
@pytest.mark.slow
def test_a_loop_with_accelerate_is_verified(tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS[SHAPE].parent, tmp_path / "project")
    answer = verified("before.py", tmp_path / "project", *arguments(SCRIPTS[SHAPE]))
    assert "trains to the same losses after its lift" in answer


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize(("script", "dataset"), [("sft", sentences), ("dpo", preferences)])
def test_a_script_of_trl_is_verified(script: str, dataset: Callable[[Path], Path], tmp_path: Path) -> None:
    scripts = pytest.importorskip("trl.scripts", reason="trl is not installed, or is older than its scripts")
    shutil.copy(f"{scripts.__path__[0]}/{script}.py", tmp_path)
    model, data = causal_model(tmp_path / "model"), dataset(tmp_path / "data")
    args = ["--model_name_or_path", model.name, "--dataset_name", data.name, "--output_dir", "out", "--max_steps", STEPS]
    answer = verified(
        f"{script}.py", tmp_path, *args, "--per_device_train_batch_size", "4", "--report_to", "none", "--bf16", "false"
    )
    assert answer.count("none              equal") == 2, answer
