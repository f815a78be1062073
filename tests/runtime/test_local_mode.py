"""With no workers a lifted script trains in its own process, under Python and under torchrun."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.runtime.conftest import script_runner
from tests.runtime.losses import END, RECORD, recorded, torchrun

LIFTED = """
import sys
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

def train_func(config):
    trainer = tiny.trainer(config["name"], max_steps=4, save_strategy=config["save"], save_steps=2)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    if "status" in config:
        sys.exit(config["status"])

if __name__ == "__main__":
    for config in (
        {"name": "unsaved", "save": "no"},
        {"name": "saved", "save": "steps"},
        {"name": "exit_0", "save": "no", "status": 0},
        {"name": "exit_3", "save": "no", "status": 3},
    ):
        scaling = ScalingConfig(num_workers=0)
        result = TorchTrainer(train_func, train_loop_config=config, scaling_config=scaling).fit()
        print(config["name"], result.metrics["step"], "train_runtime" in result.metrics, len(result.metrics_dataframe))
"""


@pytest.fixture(scope="module")
def trained(warm: str, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Four trainings of one script that fails in the last."""
    return script_runner(tmp_path_factory.mktemp("trained"), warm)(LIFTED, fails=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unsaved", "saved"])
def test_a_result_holds_the_last_metrics(trained: subprocess.CompletedProcess[str], name: str) -> None:
    assert f"{name} 4 True 3\n" in trained.stdout


@pytest.mark.slow
def test_an_exit_with_status_zero_is_an_ordinary_end(trained: subprocess.CompletedProcess[str]) -> None:
    assert "exit_0 4 True 3\n" in trained.stdout


@pytest.mark.slow
def test_an_exit_with_another_status_fails(trained: subprocess.CompletedProcess[str]) -> None:
    assert "sys.exit(3)" in trained.stderr
    assert "exit_3 " not in trained.stdout


AGAIN = """
from ray.train import RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

def train_func():
    trainer = tiny.trainer("out", max_steps=6, save_steps=3)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    steps = trainer.train().global_step
    print("steps", steps, sum(parameter.double().sum().item() for parameter in trainer.model.parameters()).hex())

if __name__ == "__main__":
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=0), run_config=RunConfig(name="r")).fit()
"""


@pytest.mark.slow
def test_a_run_that_is_over_takes_no_step_more_when_run_again(warm: str, tmp_path: Path) -> None:
    first, second = (script_runner(tmp_path, warm)(AGAIN).stdout for _ in range(2))
    said = [next(line for line in out.splitlines() if line.startswith("steps")) for out in (first, second)]
    assert said[0].startswith("steps 6")
    assert said[0] == said[1]


UNDER_TORCHRUN = """
import os
from ray.train import RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

def train_func():
    trainer = tiny.trainer("out", max_steps=6, save_steps=3, eval_strategy="steps", eval_steps=3)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()

if __name__ == "__main__":
    result = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=RunConfig(name="r")).fit()
    if os.environ["RANK"] == "0":
        print("steps", list(result.metrics_dataframe["step"]))
"""


@pytest.mark.slow
@pytest.mark.ray
def test_under_torchrun_two_processes_train_to_the_losses_of_the_original(
    original_losses: list[list[str]], warm: str, tmp_path: Path
) -> None:
    settings = {"RAYLIFT_NUM_WORKERS": "0", "RAYLIFT_STORAGE_PATH": f"{tmp_path}/storage"}
    said = torchrun(tmp_path, RECORD + UNDER_TORCHRUN + END, "after", warm, **settings)
    assert recorded(tmp_path, "after") == original_losses
    assert "steps [2, 3, 4, 6, 6, 6]" in said
    (*_, newest) = sorted((tmp_path / "storage/r").glob("checkpoint_*"))
    manifests = [json.loads((newest / f"manifest-rank-{rank}.json").read_text()) for rank in (0, 1)]
    assert [manifest["step"] for manifest in manifests] == [6, 6]
    assert list(manifests[1]["files"]) == ["rng_state_1.pth"]
