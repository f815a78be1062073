"""Where the first attempt of a training began: an attempt that finds no checkpoint of the run begins there again, and nowhere else."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transformers.trainer_utils import _re_checkpoint, get_last_checkpoint

from raylift_runtime.storage import unfinished
from raylift_runtime.storage.files import insist, replace

if TYPE_CHECKING:
    from raylift_runtime.worker.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beginning:
    """The folder that a training begins from, None for its start; `is_own` where each rank follows the script's own choice."""

    folder: str | None = None
    is_own: bool = False


def beginning(session: Session, training: int, output_dir: str, chosen: Any) -> Beginning:
    """Decides, for all ranks, where a training begins that has no checkpoint in its run; writes that down in the first attempt.

    What lies in the output folder later is of attempts that failed: nobody vouches for it. Raises RuntimeError where the first
    attempt began from a folder that is gone, or that was cut short.
    """
    own = _decided(session, training, output_dir, chosen)
    return Beginning(*session.from_rank_zero((own.folder, own.is_own)))  # by way of a process that may not know this class


def _decided(session: Session, training: int, output_dir: str, chosen: Any) -> Beginning:
    if session.rank != 0 or not session.stores():
        return Beginning(is_own=True)
    filesystem, run = session.run_folder()
    path = f"{run}/training_{training}_begins.json"
    folder, recorded = _folder(output_dir, chosen), _read(filesystem, path)
    is_elsewhere = folder is not None and os.path.dirname(folder) != os.path.abspath(output_dir)
    if recorded is None or is_elsewhere:
        whole = _whole(folder)
        if recorded is None or recorded["folder"] != whole:
            replace(filesystem, path, json.dumps({"folder": whole}).encode())
        return Beginning(whole, is_own=whole == folder)
    first: str | None = recorded["folder"]
    if first is not None and not os.path.isdir(first):
        raise RuntimeError(
            f"this run began from {first}, has no checkpoint yet, and that folder is gone: give it back, or begin a run with another name."
        )
    if folder not in (None, first):
        logger.warning("Nobody vouches for %s, which an attempt left: training begins again %s.", folder, _from(first))
    return Beginning(first)


def _folder(output_dir: str, chosen: Any) -> str | None:
    """The folder that `resume_from_checkpoint` means, where `True` is the newest one in the output folder."""
    if isinstance(chosen, bool) or chosen is None:
        chosen = get_last_checkpoint(output_dir) if chosen and os.path.isdir(output_dir) else None
    return None if chosen is None else os.path.abspath(chosen)


def _whole(folder: str | None) -> str | None:
    """The folder, or the newest before it that is whole where a search has found one that was cut short."""
    if folder is None or not unfinished.is_cut_short(folder):
        return folder
    parent = os.path.dirname(folder)
    if folder != get_last_checkpoint(parent):
        raise RuntimeError(f"{folder} was cut short while it was saved: remove it, and name one that is whole.")
    others = [os.path.join(parent, name) for name in os.listdir(parent) if _re_checkpoint.search(name)]
    whole = [each for each in others if not unfinished.is_cut_short(each)]
    newest = max(whole, key=lambda each: int(each.rpartition("-")[2]), default=None)
    logger.warning("%s was cut short while it was saved: training begins %s.", folder, _from(newest))
    return newest


def _from(folder: str | None) -> str:
    return "from its start" if folder is None else f"from {folder}"


def _read(filesystem: Any, path: str) -> dict[str, Any] | None:
    def read() -> bytes:
        with filesystem.open_input_stream(path) as stream:
            content: bytes = stream.read()
        return content

    try:
        found: dict[str, Any] = json.loads(insist(read))
    except FileNotFoundError:
        return None
    return found
