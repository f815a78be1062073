"""What a Trainer counts for itself while it trains, so that a training that continues ends with the figures of the whole of it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

from raylift_runtime.checkpoints.upload import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import Trainer

# The Trainer's own counters, as far as this version of it has them: each `train()` begins with new ones.
COUNTERS = ("_total_loss_scalar", "_initial_global_step", "_initial_num_input_tokens_seen")
# A tensor with this rank's losses since the last log, and the step of that; older Trainers keep the former to themselves.
UNLOGGED, LAST_LOG = "_tr_loss", "_globalstep_last_logged"
RATES = ("train_samples_per_second", "train_steps_per_second", "train_tokens_per_second")


class Tally:
    """One training's losses and seconds: those of the attempts before, up to the checkpoint, and those of this one.

    Seconds in which steps were taken that a failure undid do not count. `before` is what `counted` returned for that checkpoint.
    """

    def __init__(self, trainer: Trainer, before: dict[str, float] | None = None) -> None:
        self._trainer, self._before = trainer, before or {}
        self._seconds, self._began = self._before.get("seconds", 0.0), time.time()

    def begin(self) -> None:
        """Gives the Trainer the counters of the checkpoint that it continues from; call it when it has set them to zero."""
        self._began = time.time()
        for name in COUNTERS:
            if name in self._before and hasattr(self._trainer, name):
                setattr(self._trainer, name, self._before[name])
        if UNLOGGED in self._before and hasattr(self._trainer, UNLOGGED):
            getattr(self._trainer, UNLOGGED).fill_(self._before[UNLOGGED])
            setattr(self._trainer, LAST_LOG, self._before[LAST_LOG])

    def counted(self) -> dict[str, float]:
        """The counters as they are now, for a checkpoint."""
        values = {name: getattr(self._trainer, name) for name in COUNTERS if hasattr(self._trainer, name)}
        if hasattr(self._trainer, UNLOGGED):
            values[UNLOGGED] = getattr(self._trainer, UNLOGGED).item()
            values[LAST_LOG] = getattr(self._trainer, LAST_LOG)
        return {**values, "seconds": self._seconds + time.time() - self._began}

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Within it, what the Trainer logs about the time of its training is about all of its attempts."""
        log, seconds = self._trainer.log, self._seconds
        if not seconds:
            yield
            return

        def log_whole(logs: dict[str, float], start_time: float | None = None, *arguments: Any, **options: Any) -> None:
            if start_time is None:
                log(with_seconds(logs, seconds), *arguments, **options)
            else:
                log(logs, start_time - seconds, *arguments, **options)

        self._trainer.log = log_whole
        try:
            yield
        finally:
            self._trainer.log = log


def with_seconds(logs: dict[str, float], seconds: float) -> dict[str, float]:
    """The same logs, with so many seconds more where they are about the time of a training."""
    if "train_runtime" in logs:
        now = max(logs["train_runtime"], 1e-4)
        logs["train_runtime"] = round(now + seconds, 4)
        logs |= {rate: round(logs[rate] * now / logs["train_runtime"], 3) for rate in RATES if rate in logs}
    return logs


def read_counters(start: str, rank: int) -> dict[str, float]:
    """What this rank had counted for the checkpoint whose folder a Trainer starts from; what rank 0 had, where the group has grown."""
    folder = os.path.dirname(start)
    own = os.path.join(folder, MANIFEST.format(rank))
    is_own = os.path.exists(own)
    with open(own if is_own else os.path.join(folder, MANIFEST.format(0)), encoding="utf-8") as file:
        counted: dict[str, float] = json.load(file).get("counted", {})
    return counted if is_own else {name: value for name, value in counted.items() if name != UNLOGGED}
