"""What a dataset keeps of its own from pass to pass: counters and generators that are no part of Accelerate's state."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy
import torch

if TYPE_CHECKING:
    from accelerate import Accelerator

NUMBERS = (int, float)


class OwnDataState:
    """The datasets of an Accelerator's loaders, and the numbers in them when a loop began: what has changed since is their state."""

    def __init__(self, accelerator: Accelerator) -> None:
        self._datasets = [dataset for loader in accelerator._dataloaders for dataset in _datasets(loader)]
        self._begin = [_numbers(dataset) for dataset in self._datasets]

    def limits(self) -> list[str]:
        """A sentence for each dataset whose place nobody can keep, because an iterator has it."""
        return [
            f"{type(dataset).__name__}.{name} is an iterator, and no checkpoint holds where it stands: after a failure training begins again."
            for dataset in self._datasets
            for name, value in vars(dataset).items()
            if isinstance(value, Iterator)
        ]

    def kept(self) -> list[dict[str, Any]]:
        """For each dataset the numbers that have changed, and the states of its generators."""
        return [
            {name: value for name, value in _numbers(dataset).items() if value != begin.get(name)} | _generators(dataset)
            for dataset, begin in zip(self._datasets, self._begin, strict=True)
        ]

    def put_back(self, kept: list[dict[str, Any]]) -> None:
        """Gives the datasets what a checkpoint has kept of them."""
        for dataset, values in zip(self._datasets, kept, strict=True):
            for name, value in values.items():
                _set(dataset, name, value)


def _datasets(loader: Any) -> Iterator[Any]:
    """A loader's dataset and those inside it, outermost first."""
    dataset = getattr(loader, "dataset", None)
    while hasattr(dataset, "__dict__"):
        yield dataset
        dataset = vars(dataset).get("dataset")


def _numbers(dataset: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(dataset).items() if isinstance(value, NUMBERS)}


def _generators(dataset: Any) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for name, value in vars(dataset).items():
        if isinstance(value, (torch.Generator, numpy.random.RandomState)):
            states[name] = value.get_state()
        elif isinstance(value, random.Random):
            states[name] = value.getstate()
        elif isinstance(value, numpy.random.Generator):
            states[name] = value.bit_generator.state
    return states


def _set(dataset: Any, name: str, value: Any) -> None:
    held = vars(dataset).get(name)
    if isinstance(held, (torch.Generator, numpy.random.RandomState)):
        held.set_state(value)
    elif isinstance(held, random.Random):
        held.setstate(value)
    elif isinstance(held, numpy.random.Generator):
        held.bit_generator.state = value
    else:
        setattr(dataset, name, value)
