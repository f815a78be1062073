"""What the lifted script imports, by the runtime that it is lifted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


TORCH_TRAINER = {"raylift": "raylift_runtime.torch", "ray": "ray.train.torch"}

TRAINER_MODULES = {"raylift": "raylift_runtime.transformers", "ray": "ray.train.huggingface.transformers"}
TRAINER_NAMES = ("RayTrainReportCallback", "prepare_trainer")
