"""What a script is lifted for: the bundled runtime or stock Ray, and all in which the two differ."""

from __future__ import annotations

from dataclasses import dataclass

TRAINER_NAMES = ("RayTrainReportCallback", "prepare_trainer")
"""What connects a Hugging Face Trainer, under the same names in both targets."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the lifted script imports, and what the workers do by themselves there.

    `torch` and `transformers` are the modules of `TorchTrainer` and of what connects a Trainer. The others are modules that
    only the bundled runtime has; where one is empty, the lifted script has written out what it would have done: `accelerate`
    reports from a loop, `data` gives a Trainer its rows, `legacy` does what Ray's removed trainers did.
    """

    torch: str
    transformers: str
    accelerate: str = ""
    data: str = ""
    legacy: str = ""
    reruns_script: bool = False
    """Its workers start as the script's own processes would: by its top level."""
    knows_driver: bool = False
    """Its workers have the driver's command line, folder and choice of CPUs, and its meaning of exit codes."""
    takes_accelerate_config: bool = False
    """Its TorchTrainer takes `accelerate_config`."""
    reports_every_log: bool = False
    """Its callback reports whatever a Trainer logs; stock Ray's only when the Trainer saves."""


BUNDLED = Target(
    torch="raylift_runtime.torch",
    transformers="raylift_runtime.transformers",
    accelerate="raylift_runtime.accelerate",
    data="raylift_runtime.data",
    legacy="raylift_runtime.legacy",
    reruns_script=True,
    knows_driver=True,
    takes_accelerate_config=True,
    reports_every_log=True,
)
STOCK = Target(torch="ray.train.torch", transformers="ray.train.huggingface.transformers")
TARGETS = {"raylift": BUNDLED, "ray": STOCK}
"""By the name that a user gives with `--runtime`."""
