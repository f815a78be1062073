"""What a Trainer says before it trains about checkpoints from which it cannot go on as if nothing had happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.utils.data import IterableDataset
from transformers.trainer_utils import has_length

from raylift_runtime.data.shard import Shard
from raylift_runtime.training.stream_place import finds_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import Trainer

AGAIN = "after a failure training begins again where it first began"


def resume_limits(trainer: Trainer) -> Iterator[str]:
    """One sentence for each setting because of which a training goes on otherwise than undisturbed, or not at all."""
    args, data = trainer.args, trainer.train_dataset
    if getattr(args, "save_only_model", False):
        yield f"save_only_model=True: these checkpoints hold neither optimizer nor schedule nor random states, so {AGAIN}, from none of them."
        return
    if args.ignore_data_skip:
        yield "ignore_data_skip=True: a training that goes on after a failure gets the first rows again, as the script says, and ends with other weights."
    if args.dataloader_num_workers > 0 and args.save_strategy == "steps":
        yield (
            f"dataloader_num_workers={args.dataloader_num_workers}: what data draws at random in those processes it draws anew in a training that goes "
            'on within an epoch after a failure; not so with 0 of them, or with save_strategy="epoch".'
        )
    if isinstance(data, IterableDataset) and not has_length(data) and not finds_place(trainer):
        yield f"the training data has no length, and this version of transformers finds its place in the first pass only: {AGAIN} if it has passed once."
    if isinstance(data, Shard) and data.total is None:
        yield (
            f"Ray Data reads {data.name!r} anew in each pass: a training that goes on after a failure gets the rows of an undisturbed one "
            "only if they come in the same order each time (DataContext.execution_options.preserve_order, seeded shuffles)."
        )
