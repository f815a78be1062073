"""Learning rate schedules that a script steps itself, without `accelerator.prepare`: Accelerate's own state leaves them out."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from torch.optim.lr_scheduler import LRScheduler

if TYPE_CHECKING:
    from accelerate import Accelerator


def own_schedules(accelerator: Accelerator) -> list[Any]:
    """The schedules of prepared optimizers that nobody gave to `prepare` or `register_for_checkpointing`, in the optimizers' order."""
    optimizers = [each for prepared in accelerator._optimizers for each in (prepared, getattr(prepared, "optimizer", None))]
    given = [getattr(each, "scheduler", each) for each in (*accelerator._schedulers, *accelerator._custom_objects)]
    found = [each for each in gc.get_objects() if issubclass(type(each), LRScheduler)]
    inner = [part for each in found for part in getattr(each, "_schedulers", ())]
    left_out = {id(each) for each in (*given, *inner)}
    places = [(_index(optimizers, each.optimizer), each) for each in found if id(each) not in left_out]
    return [each for place, each in sorted(places, key=lambda pair: pair[0]) if place >= 0]


def _index(optimizers: list[Any], optimizer: Any) -> int:
    return next((number for number, each in enumerate(optimizers) if each is optimizer), -1)
