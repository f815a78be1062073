"""Ray Tune over a trainer of Ray Train is refused with today's imports as with the old ones; over a function that makes one it is not."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Untouched
from raylift.settings import Settings

HEAD = """\
import ray.train
from ray import train, tune
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer
from ray.tune import Tuner


def train_func(config):
    ray.train.report({"loss": config["lr"]})


"""
MADE = "trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2))\n"
OVER = {
    "a trainer by its name": MADE + "tune.Tuner(trainer, param_space={}).fit()\n",
    "a trainer by keyword": MADE + "Tuner(trainable=trainer, param_space={}).fit()\n",
    "a trainer in place": "Tuner(TorchTrainer(train_func), param_space={}).fit()\n",
    "what the trainer gives": MADE + "tune.run(trainer.as_trainable(), num_samples=2)\n",
    "a trainer with resources": MADE + "tune.Tuner(tune.with_resources(trainer, {'CPU': 1})).fit()\n",
    "a trainer of a function": "def make():\n    return TorchTrainer(train_func)\n\n\ntune.Tuner(make()).fit()\n",
    "a trainer of its own class": "class Mine(TorchTrainer):\n    pass\n\n\ntune.Tuner(Mine(train_func)).fit()\n",
    "a restored search": MADE + "tune.Tuner.restore('runs/search', trainer).fit()\n",
    "a trainer of XGBoost": "from ray.train.xgboost import XGBoostTrainer\n\ntune.Tuner(XGBoostTrainer(params={})).fit()\n",
    "a trainer of the bundled runtime": "from raylift_runtime.torch import TorchTrainer as Lifted\n\ntune.Tuner(Lifted(train_func)).fit()\n",
}
TRIAL = "def trial(config):\n    result = TorchTrainer(train_func, train_loop_config=config).fit()\n    tune.report(result.metrics)\n\n\n"
FUNCTIONS = {
    "a function that makes a trainer": TRIAL + "tune.Tuner(trial, param_space={}).fit()\n",
    "a function with resources": TRIAL + "tune.Tuner(tune.with_resources(trial, {'CPU': 1})).fit()\n",
    "a function that trains nothing": "def trial(config):\n    tune.report({'loss': 1})\n\n\ntune.run(trial)\n",
    "a name": "tune.run('PPO')\n",
}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", OVER)
def test_a_search_over_a_trainer_is_refused_where_it_stands(name: str, runtime: str) -> None:
    source = HEAD + OVER[name]
    notice = refusal(source, runtime=runtime)
    assert notice.rule == "RL321"
    assert any(word in source.splitlines()[notice.line - 1] for word in ("Tuner(", "Tuner.restore(", "tune.run("))


def test_a_search_over_a_trainer_is_refused_where_its_runtime_would_change_too() -> None:
    assert refusal(HEAD + OVER["a trainer by its name"], runtime="raylift", retarget=True).rule == "RL321"


def test_what_is_read_of_the_package_alone_is_of_ray_train_too() -> None:
    head = "import ray\nfrom transformers import Trainer\n\n\ndef train(config):\n    Trainer(1).train()\n"
    tail = "\n\nray.train.torch.TorchTrainer(train).fit()\n"
    assert refusal(f"{head}\n\nray.tune.Tuner(ray.train.torch.TorchTrainer(train)).fit()\n").rule == "RL321"
    assert rewrite((head + tail).encode(), Settings()) == Untouched("it already uses Ray Train")
    old = f"{head}    ray.train.report(loss=1){tail}"
    assert lifted(old) == old.replace("report(loss=1)", 'report({"loss": 1})')


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_search_over_a_function_is_left_alone(name: str) -> None:
    assert rewrite((HEAD + FUNCTIONS[name]).encode(), Settings()) == Untouched("it already uses Ray Train")


def test_a_script_that_follows_the_remedy_is_lifted_whatever_else_is_old_in_it() -> None:
    old = HEAD.replace("from ray.train import RunConfig", "from ray.air import RunConfig") + MADE
    assert refusal(f"{old}tune.Tuner(trainer).fit()\n").rule == "RL321"
    assert "from ray.train import RunConfig, ScalingConfig" in lifted(f"{old}{TRIAL}tune.Tuner(trial).fit()\n")


def test_a_preprocessor_that_no_trainer_is_given_is_refused() -> None:
    source = (
        "import ray\nfrom ray.air.config import ScalingConfig\nfrom ray.data.preprocessors import BatchMapper\n"
        'halver = BatchMapper(halve, batch_format="pandas")\nscaling = ScalingConfig(num_workers=2)\n'
    )
    refused = refusal(source)
    assert (refused.rule, refused.line) == ("RL322", 4)
    assert "map_batches" in refused.remedy
