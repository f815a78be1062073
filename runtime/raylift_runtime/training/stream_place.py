"""Where a training stands in data without a known length: a Trainer counts steps, which say it only as long as nothing is passed twice."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from torch.utils.data import IterableDataset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import Trainer

PASSES, BATCHES = "passes", "batches"


def finds_place(trainer: Trainer) -> bool:
    """Whether this version's Trainer can be told where it stands: since transformers 5.3 it asks a method of its own."""
    return hasattr(trainer, "_init_training_state")


class StreamPlace:
    """How often a Trainer has passed its stream, and how many batches it has taken since; other data it finds its place in itself."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, self._loader = trainer, None
        self._passes = self._batches = 0
        self._before: Mapping[str, float] = {}
        make = trainer.get_train_dataloader

        @functools.wraps(make)
        def get_train_dataloader(*arguments: Any, **options: Any) -> Any:
            self._loader = make(*arguments, **options)
            return self._loader

        trainer.get_train_dataloader = get_train_dataloader
        if finds_place(trainer):
            self._count = trainer._init_training_state
            trainer._init_training_state = self._init_training_state

    def continue_from(self, counted: Mapping[str, float]) -> None:
        """The next training begins where a checkpoint stood, with what was `counted` for it; at its start where that is nothing."""
        self._before = counted
        self._passes = self._batches = 0

    def take_batch(self) -> None:
        """A batch has been trained on."""
        self._batches += 1

    def end_pass(self) -> None:
        """The data has been passed."""
        self._passes, self._batches = self._passes + 1, 0

    def counted(self) -> dict[str, float]:
        """The place as it is now, for a checkpoint; nothing for data that is no stream."""
        return {PASSES: self._passes, BATCHES: self._batches} if self._is_stream() else {}

    def _is_stream(self) -> bool:
        return isinstance(getattr(self._loader, "dataset", None), IterableDataset)

    def _init_training_state(self, *arguments: Any, **options: Any) -> tuple[int, int]:
        """The passes and the batches of this pass that the Trainer leaves out; it calls this when it has its loader."""
        by_steps = self._count(*arguments, **options)
        self._passes, self._batches = by_steps
        if PASSES not in self._before or not self._is_stream() or self._trainer.args.ignore_data_skip:
            return self._passes, self._batches
        place = int(self._before[PASSES]), int(self._before[BATCHES])
        if by_steps not in (place, (place[0] + 1, 0)):  # the latter is the end of a pass of known length
            self._pass_again(place[0])
            self._passes, self._batches = place
        return self._passes, self._batches

    def _pass_again(self, passes: int) -> None:
        """Reads what was passed before: a stream may go on where it ended, unless it is told the epoch or read in processes of a pass."""
        loader: Any = self._loader
        is_copied = loader.num_workers > 0 and not loader.persistent_workers
        if hasattr(self._trainer.train_dataset, "set_epoch") or is_copied:
            return
        for _ in range(passes):
            for _ in loader:
                pass
