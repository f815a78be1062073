"""A Trainer's checkpoint folders as a run needs them: new, marked while they are written, and none removed that a retry needs."""

from __future__ import annotations

import contextlib
import functools
import os
from typing import TYPE_CHECKING, Any

from raylift_runtime.checkpoints import upload as checkpoints
from raylift_runtime.storage import unfinished
from raylift_runtime.storage.files import failures_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from transformers import Trainer

    from raylift_runtime.worker.session import Session


class TrainerSaves:
    """How a prepared Trainer saves, and what `add` puts into each folder; `began_from`: a folder outside of the run that it trains on from."""

    def __init__(self, trainer: Trainer, session: Session, add: Callable[[str], None]) -> None:
        self.began_from: Any = None
        self._trainer, self._session, self._is_remembered = trainer, session, False
        save = trainer._save_checkpoint

        @functools.wraps(save)
        def save_into_new_folder(*arguments: Any, **options: Any) -> Any:
            step = trainer.state.global_step
            folder = os.path.abspath(os.path.join(trainer.args.output_dir, f"checkpoint-{step}"))
            with self._marked(folder), failures_named(step, folder), self._without_removing():
                saved = save(*arguments, **options)
                add(folder)
                return saved

        trainer._save_checkpoint = save_into_new_folder

    @contextlib.contextmanager
    def _marked(self, folder: str) -> Iterator[None]:
        session, run = self._session, ""
        if session.stores():
            filesystem, run = session.run_folder()
            if session.rank == 0 and not self._is_remembered:
                unfinished.remember_place(filesystem, run, os.path.dirname(folder))
                self._is_remembered = True
        with unfinished.being_saved(folder, os.path.dirname(folder), run, session.rank):
            checkpoints.clear(session, folder)
            yield

    @contextlib.contextmanager
    def _without_removing(self) -> Iterator[None]:
        """Within it, `save_total_limit` removes nothing as long as a retry would have nothing but what this training began from."""
        limit = self._trainer.args.save_total_limit
        if self.began_from is not None and self._session.checkpoint() is None:
            self._trainer.args.save_total_limit = None
        try:
            yield
        finally:
            self._trainer.args.save_total_limit = limit
