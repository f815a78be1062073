"""What data draws at random while it is read: a training that goes on within an epoch reads its next batches as an undisturbed one does.

A Trainer sets the random states of a checkpoint when it has read the next batches, of which one had been read ahead under earlier states,
by which a collator masks or a dataset augments. So the reads before the checkpoint are done again, under the states that they had then.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
from typing import TYPE_CHECKING, Any

import numpy
import torch
import transformers.trainer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import Trainer

FIRST = 8  # reads after which numpy's state counts as not drawn from
FILE, PREFIX = "data_states_rank_{}.pt", "data_states_rank_"


class RandomData:
    """The random states under which a Trainer reads its batches, kept in its checkpoints where the data draws from them."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, self._rank = trainer, trainer.args.process_index
        self._before: Any = None
        self._iterator: Any = None
        self._start = ""  # the checkpoint whose reads are still to be done again
        self._is_first = self._is_set = False
        self._compared, self._draws, self._draws_numpy = 0, False, False
        read, self._load = trainer.get_batch_samples, trainer._load_rng_state

        @functools.wraps(read)
        def get_batch_samples(batches: Iterator[Any], *arguments: Any, **options: Any) -> Any:
            if self._start:
                self._read_again(batches)
            is_compared = self._compared < FIRST or (trainer.state.global_step + 1) % (trainer.state.save_steps or 1) == 0
            self._before = _states(is_compared or self._draws_numpy)
            samples = read(batches, *arguments, **options)
            if is_compared and batches is self._iterator:  # a loader draws a seed of its own at the beginning of a pass
                self._compare(self._before, _states())
            self._iterator = batches
            return samples

        @functools.wraps(self._load)
        def load_rng_state(checkpoint: Any) -> None:
            self._start = ""  # at the beginning of an epoch nothing has been read ahead
            if not self._is_set:
                self._load(checkpoint)
            self._is_set = False

        trainer.get_batch_samples, trainer._load_rng_state = get_batch_samples, load_rng_state

    def save(self, folder: str) -> None:
        """Puts the states before the newest reads into a checkpoint, unless the data is known to draw nothing."""
        is_drawn = self._before is not None and (self._draws or not self._compared)
        if is_drawn and not self._trainer.args.save_only_model and os.path.isdir(folder):
            torch.save(self._before, os.path.join(folder, FILE.format(self._rank)))

    def _compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self._compared += 1
        self._draws_numpy |= not _are_equal(before, after, ("numpy",))
        self._draws |= not _are_equal(before, after)

    @contextlib.contextmanager
    def going_on(self, start: str) -> Iterator[None]:
        """Within it the Trainer goes on from a checkpoint; on all ranks alike, since some loaders read for all of them."""
        if not any(name.startswith(PREFIX) for name in os.listdir(start)):
            yield
            return
        skip = transformers.trainer.skip_first_batches

        def skip_fewer(loader: Any, batches: int = 0) -> Any:
            before = batches - self._trainer.args.gradient_accumulation_steps
            self._start, self._is_first = start, before <= 0
            return skip(loader, max(before - 1, 0))

        transformers.trainer.skip_first_batches = skip_fewer
        try:
            yield
        finally:
            transformers.trainer.skip_first_batches = skip

    def _read_again(self, batches: Iterator[Any]) -> None:
        start, self._start = self._start, ""
        if not self._is_first:
            next(batches)  # with what is read ahead of it
        own = os.path.join(start, FILE.format(self._rank))
        if os.path.exists(own):
            _set(torch.load(own, weights_only=True))
        for _ in range(self._trainer.args.gradient_accumulation_steps):
            next(batches)
        self._load(start)
        self._is_set = True


def _states(with_numpy: bool = True) -> dict[str, Any]:
    """The states of this process; numpy's costs six times the others."""
    states = {"python": random.getstate(), "torch": torch.get_rng_state()}
    return {**states, "numpy": numpy.random.get_state()} if with_numpy else states


def _are_equal(one: dict[str, Any], other: dict[str, Any], names: tuple[str, ...] = ("python", "torch", "numpy")) -> bool:
    return all(_plain(one[name]) == _plain(other[name]) for name in names)


def _plain(state: Any) -> Any:
    if isinstance(state, torch.Tensor):
        return state.numpy().tobytes()
    return [part.tobytes() if isinstance(part, numpy.ndarray) else part for part in state]


def _set(states: dict[str, Any]) -> None:
    random.setstate(states["python"])
    torch.set_rng_state(states["torch"])
    if "numpy" in states:
        numpy.random.set_state(states["numpy"])
