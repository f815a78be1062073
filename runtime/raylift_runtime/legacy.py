"""What Ray's removed trainers did besides training, for scripts that relied on it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from raylift_runtime.checkpoints.upload import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ray.train import Checkpoint
    from transformers import TrainerControl, TrainerState, TrainingArguments


class SaveAtEndCallback(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    """Ends every training with a log, an evaluation if the Trainer evaluates at all, and a checkpoint, whatever its strategies.

    Add it on every rank. The source is the reporting callback of Ray's `TransformersTrainer`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._evaluated = self._saved = -1

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._evaluated = state.global_step

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._saved = state.global_step

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Asks for all of it at the last step; what belongs to the end of an epoch comes there by itself."""
        if control.should_training_stop:
            control.should_log = True
            control.should_evaluate |= args.eval_strategy == "steps"
            control.should_save |= args.save_strategy != "epoch"

    def on_epoch_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Asks for what is still missing where another callback has ended the training."""
        if control.should_training_stop:
            control.should_log = True
            control.should_evaluate |= args.eval_strategy != "no" and self._evaluated != state.global_step
            control.should_save |= self._saved != state.global_step


@contextlib.contextmanager
def trainer_folder(checkpoint: Checkpoint | None) -> Iterator[str | None]:
    """The folder with the Hugging Face files of a checkpoint: `checkpoint/` in it, or its root where TransformersTrainer wrote it.

    None for no checkpoint. The folder may be a download that is removed afterwards, or the stored checkpoint itself: only read from it.
    """
    if checkpoint is None:
        yield None
        return
    with checkpoint.as_directory() as folder:
        inner = os.path.join(folder, FOLDER)
        yield inner if os.path.isdir(inner) else folder
