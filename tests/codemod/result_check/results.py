"""Sources and results for the tests of the judge, written by hand: nothing here is lifted."""

from __future__ import annotations

from raylift.result_check.judge import faults_of

HEAD = "import sys\nfrom transformers import Trainer\n"
NEEDS = (
    "from ray.train import ScalingConfig\n"
    "from raylift_runtime.torch import TorchTrainer\n"
    "from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer\n"
)
LAUNCH = (
    'if __name__ == "__main__":\n'
    "    ray_trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2))\n"
    "    result = ray_trainer.fit()\n"
)
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"
CONNECTED = (
    "trainer = Trainer(1)\ntrainer.add_callback(RayTrainReportCallback())\ntrainer = prepare_trainer(trainer)\ntrainer.train()\n"
)


def inside(code: str, by: str = "    ") -> str:
    """Code as the body of a function."""
    return "".join(f"{by}{line}" for line in code.splitlines(keepends=True))


def result(stay: str = "", moved: str = CONNECTED, launch: str = LAUNCH, needs: str = NEEDS, head: str = HEAD) -> str:
    """A lifted script: what stays above the train function, what is in it, and what launches it."""
    return f"{head}{needs}{stay}\n\ndef train_func():\n{inside(moved)}\n\n{launch}"


def faults(before: str, after: str, target: str = "raylift") -> list[str]:
    """What the judge says of a result, without the lines."""
    return [fault.text for fault in faults_of(before.encode(), after.encode(), target)]
