"""What a script hands to a launcher of torch or Spark is called by the train function, in as many workers."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices, refusal

HEAD = "from transformers import Trainer\n"
TRAIN = "\n\ndef train(*args, **kwargs):\n    trainer = Trainer(1)\n    trainer.train()\n\n\n"
ELASTIC = "from torch.distributed.launcher.api import LaunchConfig, elastic_launch\n"
CONFIG = "config = LaunchConfig(min_nodes=1, max_nodes=1, nproc_per_node=4, run_id='x')\n"
SPARK = "from pyspark.ml.torch.distributor import TorchDistributor\n"
CALLS = {
    "at once": (ELASTIC, f"{CONFIG}elastic_launch(config, train)()", "    train()\n", 4),
    "with arguments": (ELASTIC, f"{CONFIG}elastic_launch(config=config, entrypoint=train)(3, 'x')", "    train(3, 'x')\n", 4),
    "by a name": (
        ELASTIC,
        f"{CONFIG}launcher = elastic_launch(config, train)\nlauncher(3)",
        "    launcher = train\n    launcher(3)\n",
        4,
    ),
    "by its module": (
        "import torch.distributed.launcher as pet\n",
        "pet.elastic_launch(pet.LaunchConfig(1, 2, 8), train)()",
        "    train()\n",
        16,
    ),
    "with what is given already": (
        f"import functools\n{ELASTIC}",
        f"{CONFIG}elastic_launch(config, functools.partial(train, 1))(2)",
        "    functools.partial(train, 1)(2)\n",
        4,
    ),
    "on Spark": (
        SPARK,
        "TorchDistributor(num_processes=2, local_mode=True, use_gpu=True).run(train, 1e-3, size=64)",
        "    train(1e-3, size=64)\n",
        2,
    ),
    "on Spark, by a name": (
        SPARK,
        "runner = TorchDistributor(2, True, True)\nout = runner.run(train, 1)",
        "    out = train(1)\n",
        2,
    ),
}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", CALLS)
def test_a_launched_function_is_called_by_as_many_workers(name: str, runtime: str) -> None:
    head, code, call, workers = CALLS[name]
    result = lifted(
        f"{head}{HEAD}{TRAIN}if __name__ == '__main__':\n    {code.replace(chr(10), chr(10) + '    ')}\n", runtime=runtime
    )
    assert call in result
    assert f"num_workers={workers}, use_gpu=True" in result
    assert "elastic_launch" not in result
    assert ".run(train" not in result


def test_a_launcher_on_cpus_gives_no_gpus() -> None:
    assert "num_workers=3, use_gpu=False" in lifted(
        f"{SPARK}{HEAD}{TRAIN}TorchDistributor(num_processes=3, use_gpu=False).run(train)\n"
    )


def test_the_users_own_number_of_workers_wins() -> None:
    assert "num_workers=7" in lifted(f"{ELASTIC}{HEAD}{TRAIN}{CONFIG}elastic_launch(config, train)()\n", num_workers=7)


def test_a_number_of_processes_that_only_a_run_knows_is_told() -> None:
    source = f"import torch\n{ELASTIC}{HEAD}{TRAIN}{CONFIG.replace('=4', '=torch.cuda.device_count()')}elastic_launch(config, train)()\n"
    assert "RL226" in {notice.rule for notice in notices(source)}
    assert "RL226" not in {notice.rule for notice in notices(source, num_workers=2)}


REFUSED = {
    "the results of all ranks": (f"{ELASTIC}", f"{CONFIG}loss = elastic_launch(config, train)()[0]", "RL315"),
    "a function that is not in sight": (ELASTIC, f"{CONFIG}elastic_launch(*[config, train])()", "RL315"),
    "a session of Spark": (
        f"{SPARK}from pyspark.sql import SparkSession\n",
        "spark = SparkSession.builder.getOrCreate()\nTorchDistributor(num_processes=2).run(train)",
        "RL315",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_launch_that_has_no_faithful_form_is_refused(name: str) -> None:
    head, code, rule = REFUSED[name]
    assert refusal(f"{head}{HEAD}{TRAIN}{code}\n").rule == rule
