"""A training that is recorded says each loss, each step's parameters and how it ended, and trains as it would unwatched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from raylift_runtime import recorder

TRAINING = """
import torch
from accelerate import Accelerator

torch.manual_seed(0)
accelerator = Accelerator(cpu=True)
model = torch.nn.Linear(2, 1)
model, optimizer = accelerator.prepare(model, torch.optim.SGD(model.parameters(), lr=0.1))
for step in range(3):
    loss = model(torch.ones(4, 2)).square().mean()
    print(loss.item().hex(), flush=True)
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
"""
BEHIND = "import os\nprint('behind', 'RAYLIFT_RECORD' in os.environ)\n"


def trained(folder: Path, python: str = sys.executable, **environment: str) -> tuple[list[str], list[dict[str, object]]]:
    """What the training prints, and the lines that are recorded of it."""
    behind, record = folder / "behind", folder / "record"
    behind.mkdir()
    record.mkdir()
    (behind / "sitecustomize.py").write_text(BEHIND)
    path = os.pathsep.join([*recorder.__path__, str(behind)])
    (folder / "train.py").write_text(TRAINING)
    command, own = [python, str(folder / "train.py")], {"PYTHONPATH": path, "RAYLIFT_RECORD": str(record), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, env={**os.environ, **own, **environment}, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split("\n")[:-1], [
        json.loads(line) for file in record.iterdir() for line in file.read_text().splitlines()
    ]


def test_every_loss_and_step_is_recorded_until_the_training_is_ended_after_the_given_steps(tmp_path: Path) -> None:
    printed, lines = trained(tmp_path, RAYLIFT_RECORD_STEPS="2")
    assert printed[0] == "behind True"  # the sitecustomize that this one hides has run
    assert [line["value"] for line in lines if line["kind"] == "loss"] == printed[1:3]
    assert [kind for kind, _ in groupby(line["kind"] for line in lines)] == ["loss", "parameters", "loss", "parameters", "end"]
    assert len({line["value"] for line in lines if line["kind"] == "parameters"}) == 2
    assert {(line["rank"], line["world"]) for line in lines} == {(0, 1)}
    assert all(line["value"] is True for line in lines if line["kind"] == "end")


@pytest.mark.slow
def test_a_training_that_has_accelerate_already_is_recorded_too(warm: str, tmp_path: Path) -> None:
    _, lines = trained(tmp_path, warm)
    assert [line["kind"] for line in lines] == ["loss", "parameters"] * 3 + ["end"]
