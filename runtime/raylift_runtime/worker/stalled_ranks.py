"""Which rank holds the others up, and at which line: asked of that rank itself when a meeting of all ranks times out."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import Any

ANSWER_WITHIN_S = 10.0

_peers: list[bytes] = []


def meet_peers(world_size: int) -> None:
    """Learns how to ask every other rank a question; a collective: all ranks call it, once the process group is up."""
    import ray
    import torch.distributed

    if world_size > 1 and torch.distributed.is_initialized():
        mine = ray.cloudpickle.dumps(ray.get_runtime_context().current_actor)
        gathered: list[Any] = [None] * world_size
        torch.distributed.all_gather_object(gathered, mine)
        _peers[:] = gathered


def explained(error: Exception) -> Exception:
    """The error of a meeting that not all ranks came to, with the line at which each missing rank is; other errors as they are."""
    cause = getattr(error, "cause", None)
    missing: list[int] = getattr(cause, "_missing_ranks", [])
    if not missing:
        return error
    waited = getattr(cause, "_timeout_s", 0.0)
    where = "; ".join(f"rank {rank} {_whereabouts(rank)}" for rank in missing)
    return TimeoutError(
        f"not every rank came to report within {waited:g} s: {where}. What reports, saves or evaluates must run on every rank. "
        "Set RAY_TRAIN_COLLECTIVE_TIMEOUT_S to wait longer."
    )


def _whereabouts(rank: int) -> str:
    import ray

    if rank >= len(_peers):
        return "is not there"
    try:
        answer: str = ray.get(ray.cloudpickle.loads(_peers[rank]).execute.remote(whereabouts), timeout=ANSWER_WITHIN_S)
    except Exception as error:  # noqa: BLE001  # whatever keeps a rank from answering is the answer
        return f"does not answer ({type(error).__name__})"
    return answer


def whereabouts() -> str:
    """Where this process's train thread is: the innermost line of the script, and what it waits for."""
    thread = next((each for each in threading.enumerate() if each.name.startswith("TrainingThread")), None)
    frame = sys._current_frames().get(thread.ident or 0) if thread is not None else None
    if frame is None:
        return "has ended its train function"
    stack = traceback.extract_stack(frame)
    script = getattr(sys.modules["__main__"], "__file__", None)
    own = next((line for line in reversed(stack) if line.filename == script), stack[-1])
    inner = stack[-1]
    deeper = f", inside {inner.name} ({os.path.basename(inner.filename)}:{inner.lineno})" if inner is not own else ""
    return f"is at {own.filename}:{own.lineno} in {own.name}: {own.line}{deeper}"
