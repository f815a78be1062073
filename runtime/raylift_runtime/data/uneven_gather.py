"""Gathering from ranks that have batches of different sizes, which Accelerate leaves to `torch.distributed`: it would fail, or wait for ever."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import torch

from raylift_runtime.data.epoch_order import RankBatches

if TYPE_CHECKING:
    from accelerate import Accelerator


def mend_gather() -> None:
    """Lets `accelerator.gather`, and what is built on it, take tensors with more rows on some ranks, within a loader that has such batches."""
    from accelerate import Accelerator
    from accelerate.utils import recursively_apply

    gather = Accelerator.gather
    if hasattr(gather, "_raylift"):
        return

    @functools.wraps(gather)
    def gather_all_rows(self: Accelerator, tensor: Any) -> Any:
        if not _reads_uneven(self):
            return gather(self, tensor)
        return recursively_apply(lambda each: gathered(each, lambda part: gather(self, part)), tensor, error_on_other_type=True)

    gather_all_rows._raylift = True  # type: ignore[attr-defined]  # marks the replacement, so that it is made once
    Accelerator.gather = gather_all_rows


def gathered(tensor: Any, gather: Any) -> Any:
    """All ranks' rows, rank after rank; the ranks tell each other how many they have."""
    if tensor.ndim == 0:
        return gather(tensor)
    counts = gather(torch.tensor([len(tensor)], device=tensor.device)).tolist()
    most = max(counts)
    if min(counts) == most:
        return gather(tensor)
    filled = torch.cat([tensor, tensor.new_zeros((most - len(tensor), *tensor.shape[1:]))])
    return torch.cat([rows[:count] for rows, count in zip(gather(filled).split(most), counts, strict=True)])


def _reads_uneven(accelerator: Accelerator) -> bool:
    state = accelerator.gradient_state
    batches = getattr(state.active_dataloader, "batch_sampler", None) if state.in_dataloader else None
    batches = getattr(batches, "batch_sampler", batches)  # below what leaves out the first batches
    return isinstance(batches, RankBatches) and batches.is_uneven
