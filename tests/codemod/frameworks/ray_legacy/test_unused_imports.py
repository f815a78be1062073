"""A script that imports what Ray has removed and never uses it is lifted as it would be without that import, and once."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, outcome

TRAINER = """
def main():
    trainer = Trainer(build())
    trainer.train()


if __name__ == "__main__":
    main()
"""
HEAD = "from lib import build\nfrom transformers import Trainer\n"
LOOP = """from accelerate import Accelerator
from lib import build

accelerator = Accelerator()
model, optimizer, loader = accelerator.prepare(*build())
for epoch in range(3):
    for batch in loader:
        accelerator.backward(model(batch).loss)
        optimizer.step()
"""
SCRIPTS = {"trainer": HEAD + TRAINER, "flat": f"{HEAD}trainer = Trainer(build())\ntrainer.train()\n", "loop": LOOP}
UNUSED = [
    "from ray import air",
    "from ray.air import session",
    "from ray.air.config import RunConfig, ScalingConfig as Scaling",
    "import ray.air",
    "import ray.ml as air",
    "from ray.train.huggingface import HuggingFaceTrainer",
    "from ray.air.integrations.wandb import WandbLoggerCallback",
]


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("unused", UNUSED)
def test_an_unused_import_goes_with_the_lift(unused: str, script: str, runtime: str) -> None:
    source = SCRIPTS[script]
    assert lifted(f"{unused}\n{source}", runtime=runtime) == lifted(source, runtime=runtime)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os, ray.air\nprint(os.name)\n", "import os\n"),
        ("import ray.air\nray.init()\n", "import ray\n"),
        ("import ray\nimport ray.air\nray.init()\n", "import ray\n"),
        ("from ray import tune, air\nprint(tune)\n", "from ray import tune\n"),
        ("try:\n    from ray import air\nexcept ImportError:\n    air = None\n", "try:\n    pass\nexcept ImportError:\n    air = None\n"),
        ("from ray import air  # for later\n", "# for later\n"),
    ],
)  # fmt: skip
def test_what_else_an_import_brings_stays(before: str, after: str) -> None:
    code = lifted(f"{before}{HEAD}{TRAINER}")
    assert after in code
    assert not any("ray.air" in line or "ray import air" in line for line in code.splitlines())


def test_a_trainer_of_its_own_module_is_brought_up_to_date_beside_such_an_import() -> None:
    source = "from ray.air.config import ScalingConfig\nfrom trl import SFTTrainer\n\n\ndef make(tokenizer):\n    return SFTTrainer(build(), tokenizer=tokenizer)\n"
    code = lifted(source)
    assert code == source.replace("ray.air.config", "ray.train").replace("tokenizer=", "processing_class=")


@pytest.mark.parametrize(
    "beside",
    ["from ray import air\nscaling = air.ScalingConfig(num_workers=2)\n", "import ray\nfrom ray import air\n\n\n@ray.remote\ndef count():\n    return 1\n\n\ncount.remote()\n"],
    ids=["used", "tasks"],
)  # fmt: skip
def test_a_script_that_works_with_ray_itself_is_edited_where_it_stands(beside: str) -> None:
    assert "TorchTrainer" not in lifted(f"{beside}{HEAD}{TRAINER}")


def test_what_is_taken_out_is_told() -> None:
    told = outcome(f"from ray import air\n{HEAD}{TRAINER}").changes
    assert [each.text for each in told if each.rule == "RL230"] == ["Ray has removed it, and nothing here uses it"]
