"""A training that is handed to a search, or to a process of the script's own, is refused; a search for anything else is not."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Untouched

TRAIN = "from transformers import Trainer\n\n\ndef train(config=None):\n    trainer = Trainer(1)\n    trainer.train()\n\n\ndef other():\n    return 1\n\n\n"
HANDED = {
    "an Optuna study": ("import optuna\noptuna.create_study().optimize({}, n_trials=3)\n", "RL301"),
    "an Optuna study and a lambda": ("import optuna\noptuna.create_study().optimize(lambda trial: {}(trial))\n", "RL301"),
    "an agent of Weights & Biases": ("import wandb\nwandb.agent(sweep, function={}, count=3)\n", "RL301"),
    "a Tuner": ("from ray import tune\ntune.Tuner(tune.with_resources({}, {{}}), param_space=space).fit()\n", "RL301"),
    "hyperopt": ("from hyperopt import fmin\nfmin({}, space)\n", "RL301"),
    "a process": ("import multiprocessing as mp\nmp.Process(target={}).start()\n", "RL303"),
}


@pytest.mark.parametrize("name", HANDED)
def test_a_training_that_is_started_many_times_is_refused(name: str) -> None:
    code, rule = HANDED[name]
    assert refusal(TRAIN + code.format("train")).rule == rule


@pytest.mark.parametrize("name", HANDED)
def test_what_does_not_train_may_be_started_many_times(name: str) -> None:
    code, _ = HANDED[name]
    assert "def train_func():" in lifted(f"{TRAIN}{code.format('other')}train()\n")


def test_a_script_with_ray_tasks_of_its_own_is_left_alone() -> None:
    source = f"import ray\n{TRAIN}@ray.remote(num_gpus=1)\ndef task():\n    train()\n\n\nray.get(task.remote())\n"
    assert isinstance(rewrite(source.encode()), Untouched)
