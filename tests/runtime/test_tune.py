"""A TorchTrainer inside a function of Ray Tune's, which is what a Tuner over a trainer becomes."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import RunScript

from raylift_runtime.output import MARK

pytestmark = [pytest.mark.slow, pytest.mark.ray]

SEARCH = """
import argparse, os
import ray
from ray import tune
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer

def train_func(config):
    parser = argparse.ArgumentParser()
    parser.add_argument("--name")
    print("trained", parser.parse_args().name, config["lr"])
    ray.train.report({"lr": config["lr"]})

def trial(config):
    scaling = ScalingConfig(num_workers=1)
    result = TorchTrainer(train_func, train_loop_config=config, scaling_config=scaling).fit()
    tune.report({"lr": result.metrics["lr"]})

if __name__ == "__main__":
    results = tune.Tuner(trial, param_space={"lr": 0.5}).fit()
    print("found", results[0].metrics["lr"])
"""


def test_a_trial_has_the_driver_s_command_line_and_shows_no_marker_of_ours(cluster: str, run_script: RunScript) -> None:
    ended = run_script(SEARCH, "--name", "a b", RAY_ADDRESS=cluster)
    assert "trained a b 0.5" in ended.stdout + ended.stderr
    assert "found 0.5" in ended.stdout
    assert MARK.rstrip() not in ended.stdout + ended.stderr  # with its first character: Ray itself may name our folder
