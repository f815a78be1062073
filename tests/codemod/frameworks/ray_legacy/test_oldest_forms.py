"""What Ray 1 was given in another form, and the packages that it had: lifted like the paths of Ray 2, or refused at their line."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Untouched
from raylift.settings import Settings

TRAINER = """\
import ray
from ray.ml import RunConfig
from ray.ml.train.integrations.huggingface import HuggingFaceTrainer
from transformers import AutoModel, Trainer, TrainingArguments


def trainer_init_per_worker(train_dataset, eval_dataset, **config):
    args = TrainingArguments("out", max_steps=config["steps"])
    return Trainer(model=AutoModel.from_pretrained("gpt2"), args=args, train_dataset=train_dataset)


trainer = HuggingFaceTrainer(
    trainer_init_per_worker=trainer_init_per_worker,
    trainer_init_config={"steps": 2},
    scaling_config={"num_workers": 3},
    run_config=RunConfig(),
    datasets={"train": ray.data.range(9)},
)
result = trainer.fit()
"""


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_trainer_of_ray_1_13_is_lifted_like_that_of_ray_2(runtime: str) -> None:
    code = lifted(TRAINER, runtime=runtime)
    newer = TRAINER.replace("ray.ml.train.integrations.huggingface", "ray.train.huggingface").replace("ray.ml", "ray.air")
    assert code == lifted(newer, runtime=runtime)
    assert "ray.ml" not in code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from ray import train\n\ntrain.report(loss=1.0, epoch=2)\n", 'train.report({"loss": 1.0, "epoch": 2})\n'),
        ("import ray.train\n\nray.train.report(**metrics)\n", "ray.train.report({**metrics})\n"),
        (
            "from ray import train\n\ntrain.report(rank=train.world_rank())\n",
            'train.report({"rank": train.get_context().get_world_rank()})\n',
        ),
        (
            "from ray.ml.train.integrations.torch import TorchTrainer\n\nTorchTrainer(f, scaling_config={'num_workers': 2}).fit()\n",
            "TorchTrainer(f, scaling_config=ScalingConfig(**{'num_workers': 2})).fit()\n",
        ),
        (
            "from ray.train.torch import TorchTrainer\n\nsize = {'num_workers': 2}\nTorchTrainer(f, scaling_config=size).fit()\n",
            "TorchTrainer(f, scaling_config=ScalingConfig(**size)).fit()\n",
        ),
        ("from ray.ml.checkpoint import Checkpoint\n\nprint(Checkpoint)\n", "from ray.train import Checkpoint\n"),
    ],
)
def test_what_ray_1_took_in_another_form_has_that_of_today(before: str, after: str) -> None:
    assert after in lifted(before)


@pytest.mark.parametrize(
    "source",
    [
        "from ray import train\n\ntrain.report({'loss': 1.0})\n",
        "from ray import train\n\ntrain.report(metrics={'loss': 1.0}, checkpoint=None)\n",
        "from ray.train.torch import TorchTrainer\n\nTorchTrainer(f, scaling_config=make()).fit()\n",
    ],
)
def test_what_has_todays_form_is_left_alone(source: str) -> None:
    assert isinstance(rewrite(source.encode(), Settings()), Untouched)


@pytest.mark.parametrize(
    ("source", "line", "rule"),
    [
        ("from ray.train import Trainer\n\ntrainer = Trainer(backend='torch', num_workers=2)\ntrainer.run(f)\n", 3, "RL322"),
        ("from ray import train\n\ntrainer = train.Trainer(backend='torch', num_workers=2)\n", 3, "RL322"),
        ("from ray.util.sgd.torch import TorchTrainer\n\ntrainer = TorchTrainer(num_workers=2)\ntrainer.train()\n", 3, "RL322"),
        ("from ray.util.sgd.v2 import Trainer\n\ntrainer = Trainer('torch', 2)\n", 3, "RL322"),
        ("from ray.ml.train.integrations.xgboost import XGBoostTrainer\n\nXGBoostTrainer(params={}).fit()\n", 3, "RL322"),
        ("from ray.ml.batch_predictor import BatchPredictor\n\nBatchPredictor.from_checkpoint(c, P)\n", 3, "RL323"),
        ("import ray\n\nray.ml.something(1)\n", 3, "RL322"),
    ],
)
def test_what_the_oldest_ray_had_and_nothing_follows_is_refused_at_its_line(source: str, line: int, rule: str) -> None:
    notice = refusal(source)
    assert (notice.rule, notice.line) == (rule, line)
