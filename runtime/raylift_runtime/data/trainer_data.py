"""What a Hugging Face Trainer reads of the datasets that the driver has handed over."""

from __future__ import annotations

import contextlib
import functools
import logging
from typing import TYPE_CHECKING, Any

from torch.utils.data import RandomSampler

from raylift_runtime.data.block_rows import rows_within
from raylift_runtime.data.rank_loader import own_part, shares_batches
from raylift_runtime.data.shard import Rows, Shard
from raylift_runtime.worker.session import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accelerate import Accelerator
    from transformers import Trainer

logger = logging.getLogger(__name__)


def connect(trainer: Trainer) -> None:
    """Lets a Trainer read the datasets that it was given: in blocks as it would shuffle them itself, or streams as Ray split them.

    Call it on every rank. Raises ValueError where Ray has split the evaluation data already.
    """
    evaluation = trainer.eval_dataset
    several = list(evaluation.values()) if isinstance(evaluation, dict) else [evaluation]
    if any(isinstance(data, Shard) or rows_within(data) is not None for data in [trainer.train_dataset, *several]):
        _stay_in_process(trainer)
    if isinstance(trainer.train_dataset, Shard):
        _read_as_split(trainer)
    elif rows_within(trainer.train_dataset) is not None:
        _read_own_part(trainer)
    if isinstance(evaluation, dict):
        trainer.eval_dataset = {name: _whole(data) for name, data in evaluation.items()}
    else:
        trainer.eval_dataset = _whole(evaluation)


def _whole(data: Any) -> Any:
    if not isinstance(data, Shard):
        return data
    if data.parts > 1:
        raise ValueError(
            f"Ray has split the dataset {data.name!r} among the workers, and the Trainer would split it once more. "
            'Give the TorchTrainer dataset_config=DataConfig(datasets_to_split=["train"]).'
        )
    return Rows(data)


def _stay_in_process(trainer: Trainer) -> None:
    if trainer.args.dataloader_num_workers:
        logger.warning("dataloader_num_workers is set to 0: Ray Data reads ahead by itself, and cannot be read in a subprocess.")
        trainer.args.dataloader_num_workers = 0
        trainer.args.dataloader_prefetch_factor, trainer.args.dataloader_persistent_workers = None, False


def _read_as_split(trainer: Trainer) -> None:
    from accelerate.data_loader import IterableDatasetShard, prepare_data_loader

    make, accelerator = trainer.get_train_dataloader, trainer.accelerator

    def prepare(loader: Any, *_: Any, **__: Any) -> Any:
        """For its device and for gradient accumulation; every rank keeps all that it yields."""
        place = bool(accelerator.device_placement)
        return prepare_data_loader(loader, accelerator.device, 1, 0, put_on_device=place, dispatch_batches=False)

    @functools.wraps(make)
    def get_train_dataloader() -> Any:
        shard, drop_last = trainer.train_dataset, trainer.args.dataloader_drop_last
        # Alone in its group it splits nothing; it fills the last batch with the first rows, as it does for any Trainer.
        trainer.train_dataset = IterableDatasetShard(shard, batch_size=trainer._train_batch_size, drop_last=drop_last)
        try:
            with _prepared_by(accelerator, prepare):
                return make()
        finally:
            trainer.train_dataset = shard

    trainer.get_train_dataloader = get_train_dataloader


def _read_own_part(trainer: Trainer) -> None:
    """Where the Trainer would shuffle all rows, each rank has its part shuffled; a sampler of its own stays, and reads anywhere."""
    make, accelerator, args = trainer.get_train_dataloader, trainer.accelerator, trainer.args
    as_before = accelerator.prepare_data_loader

    def prepare(loader: Any, *arguments: Any, **options: Any) -> Any:
        session = current()
        if session is None or not isinstance(loader.sampler, RandomSampler) or shares_batches(accelerator):
            return as_before(loader, *arguments, **options)
        seed = args.seed if args.data_seed is None else args.data_seed
        return own_part(loader, accelerator, seed, session)

    @functools.wraps(make)
    def get_train_dataloader() -> Any:
        with _prepared_by(accelerator, prepare):
            return make()

    trainer.get_train_dataloader = get_train_dataloader


@contextlib.contextmanager
def _prepared_by(accelerator: Accelerator, prepare: Callable[..., Any]) -> Iterator[None]:
    """Within it, the Accelerator prepares loaders so."""

    def prepared(*arguments: Any, **options: Any) -> Any:
        loader = prepare(*arguments, **options)
        if loader not in accelerator._dataloaders:
            accelerator._dataloaders.append(loader)
        return loader

    accelerator.prepare_data_loader = prepared
    try:
        yield
    finally:
        del accelerator.prepare_data_loader
