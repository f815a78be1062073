"""Modules that stand in the place of those that a generated script trains with, so that it runs here and what it does is seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

Members = Mapping[str, object]


def training(trainer: type, torch_trainer: type) -> dict[str, Members]:
    """The members of all modules that a lifted script with a Trainer imports, in both targets."""
    prepared: Members = {"RayTrainReportCallback": object, "prepare_trainer": lambda trainer: trainer}
    return {
        "transformers": {"Trainer": trainer},
        "ray": {},
        "ray.train": {"ScalingConfig": SimpleNamespace},
        "ray.train.torch": {"TorchTrainer": torch_trainer},
        "ray.train.huggingface": {},
        "ray.train.huggingface.transformers": prepared,
        "raylift_runtime": {},
        "raylift_runtime.torch": {"TorchTrainer": torch_trainer},
        "raylift_runtime.transformers": prepared,
    }


@contextmanager
def in_their_places(made: Mapping[str, Members]) -> Iterator[None]:
    """While this lasts, an import of one of these names finds a module with these members."""
    before = {name: sys.modules.get(name) for name in made}
    for name, members in made.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(members)
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module
