"""With no workers a lifted script trains in its own process, under Python and under torchrun."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import RunScript

LIFTED = """
import sys
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

def train_func():
    trainer = tiny.trainer("out", max_steps=4, save_strategy="{save}", save_steps=2)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    {end}

if __name__ == "__main__":
    result = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=0)).fit()
    print("metrics", result.metrics["step"], "train_runtime" in result.metrics, len(result.metrics_dataframe))
"""


@pytest.mark.slow
@pytest.mark.parametrize("save", ["no", "steps"])
def test_a_result_holds_the_last_metrics(run_script: RunScript, save: str) -> None:
    assert "metrics 4 True 3" in run_script(LIFTED.format(save=save, end="")).stdout


@pytest.mark.slow
def test_an_exit_with_status_zero_is_an_ordinary_end(run_script: RunScript) -> None:
    assert "metrics 4 True 3" in run_script(LIFTED.format(save="no", end="sys.exit(0)")).stdout


@pytest.mark.slow
def test_an_exit_with_another_status_fails(run_script: RunScript) -> None:
    assert "sys.exit(3)" in run_script(LIFTED.format(save="no", end="sys.exit(3)"), fails=True).stderr


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
def test_a_run_that_is_over_takes_no_step_more_when_run_again(run_script: RunScript) -> None:
    first, second = (run_script(AGAIN).stdout for _ in range(2))
    said = [next(line for line in out.splitlines() if line.startswith("steps")) for out in (first, second)]
    assert said[0].startswith("steps 6")
    assert said[0] == said[1]
