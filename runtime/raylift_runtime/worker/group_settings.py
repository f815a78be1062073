"""What a script asks of a process group that Ray has made before: how long to wait holds, and what cannot hold is said."""

from __future__ import annotations

import datetime
import functools
import logging
from typing import Any

import torch.distributed

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 1800  # of Transformers: somebody who leaves it may have told Ray's TorchConfig another


def wait_as_long_as(seconds: float) -> None:
    """Gives the script's own timeout to the process group: Transformers and Accelerate do so only where they make the group."""
    if seconds != DEFAULT_TIMEOUT_S and torch.distributed.is_initialized():
        torch.distributed.distributed_c10d._set_pg_timeout(datetime.timedelta(seconds=seconds))


def mend_partial_state() -> None:
    """Lets what `InitProcessGroupKwargs` and `TrainingArguments` hand to Accelerate hold for the group that is there already."""
    from accelerate.state import PartialState

    begin = PartialState.__init__
    if hasattr(begin, "__wrapped__"):
        return

    @functools.wraps(begin)
    def begin_in_ray_s_group(self: Any, *arguments: Any, **options: Any) -> None:
        is_first, is_made = not PartialState._shared_state, torch.distributed.is_initialized()
        begin(self, *arguments, **options)
        if not is_first or not is_made:
            return
        if (timeout := options.get("timeout")) is not None:
            wait_as_long_as(timeout.total_seconds())
        backend, made = options.get("backend"), torch.distributed.get_backend()
        if backend is not None and backend not in made:
            logger.warning("Ray has made the process group with %s; for %s give TorchConfig(backend=%r).", made, backend, backend)

    PartialState.__init__ = begin_in_ray_s_group
