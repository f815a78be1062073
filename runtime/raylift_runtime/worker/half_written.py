"""The folders that `accelerator.save_state` writes, in a run that may begin again: marked while they are written, and never in the way."""

from __future__ import annotations

import functools
import logging
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raylift_runtime.storage import unfinished
from raylift_runtime.worker.session import current

if TYPE_CHECKING:
    from accelerate import Accelerator

    from raylift_runtime.worker.session import Session

logger = logging.getLogger(__name__)

NUMBERED = re.compile(r"checkpoint_(\d+)")
OWN_FOLDER = "raylift-"  # how the folders begin that this runtime hands over itself


def mend_accelerator() -> None:
    """Wraps `save_state` and `load_state` of every Accelerator in this process, once."""
    from accelerate import Accelerator

    save, load = Accelerator.save_state, Accelerator.load_state
    if hasattr(save, "_raylift"):
        return

    @functools.wraps(save)
    def save_marked(self: Any, output_dir: Any = None, *arguments: Any, **options: Any) -> Any:
        session, folder = current(), _target(self, output_dir)
        if session is None or session.is_local or folder is None:
            return save(self, output_dir, *arguments, **options)
        # Accelerate counts and sorts all that lies beside folders that it names itself.
        place = str(self.project_dir) if _names_itself(self) else os.path.dirname(folder)
        filesystem, run = session.run_folder()
        if _names_itself(self):
            _make_way(session, self, place)
        if session.rank == 0:
            unfinished.remember_place(filesystem, run, place)
        with unfinished.being_saved(folder, place, run, session.rank):
            return save(self, output_dir, *arguments, **options)

    @functools.wraps(load)
    def load_whole(self: Any, input_dir: Any = None, *arguments: Any, **options: Any) -> Any:
        if input_dir is not None and current() is not None and unfinished.is_cut_short(input_dir):
            raise RuntimeError(f"{input_dir} was cut short while it was saved: remove it, and load one that is whole.")
        return load(self, input_dir, *arguments, **options)

    save_marked._raylift = True  # type: ignore[attr-defined]  # marks the replacement, so that it is made once
    Accelerator.save_state, Accelerator.load_state = save_marked, load_whole


def _names_itself(accelerator: Accelerator) -> bool:
    return bool(accelerator.project_configuration.automatic_checkpoint_naming)


def _target(accelerator: Accelerator, output_dir: Any) -> str | None:
    """The folder that a state goes to; None where it is one of this runtime's own, or nowhere."""
    if _names_itself(accelerator):
        return os.path.abspath(f"{accelerator.project_dir}/checkpoints/checkpoint_{accelerator.save_iteration}")
    if output_dir is None or os.path.basename(os.path.dirname(os.path.abspath(output_dir))).startswith(OWN_FOLDER):
        return None
    return os.path.abspath(str(output_dir))


def _make_way(session: Session, accelerator: Accelerator, place: str) -> None:
    """Before the first state that Accelerate names in an attempt, removes those with its number or a later one that failed ones left.

    All ranks call it, as they all save such a state. In the first attempt they are somebody else's, and Accelerate refuses to save.
    """
    if hasattr(accelerator, "_raylift_has_way"):
        return
    accelerator._raylift_has_way = True
    known = session.from_rank_zero(session.rank == 0 and os.path.abspath(place) in unfinished.places(*session.run_folder()))
    if known and session.local_rank == 0:
        for folder in Path(place, "checkpoints").glob("checkpoint_*"):
            number = NUMBERED.fullmatch(folder.name)
            if number and int(number.group(1)) >= accelerator.save_iteration:
                shutil.rmtree(folder, ignore_errors=True)
    session.barrier()


def remove_what_was_cut_short() -> None:
    """Removes what failed attempts of this run left half-written on this node, before the script looks for its newest checkpoint."""
    session = current()
    if session is not None and session.local_rank == 0 and not session.is_local:
        filesystem, run = session.run_folder()
        for place in unfinished.places(filesystem, run):
            for folder in unfinished.remove_cut_short(place, run):
                logger.warning("Removed %s, which was cut short while it was saved.", folder)
