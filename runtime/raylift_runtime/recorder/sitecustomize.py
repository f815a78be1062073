"""Put on PYTHONPATH, records what a training process does once it imports accelerate; idle without $RAYLIFT_RECORD.

One JSON line per loss, per optimizer step and per ended process goes to $RAYLIFT_RECORD/<pid>.jsonl. Floats are spelled by
`float.hex` and parameters by a hash of their bytes, so that equal lines mean equal bits. With $RAYLIFT_RECORD_STEPS every rank
ends after that many optimizer steps.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib.abc
import importlib.machinery
import json
import os
import sys
import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any

_lock = threading.Lock()
_failed = False


def watch() -> None:
    """Patch accelerate as soon as the script imports it, or at once where it is there, and note how the process ends."""
    if "accelerate.accelerator" in sys.modules:
        _patch(sys.modules["accelerate.accelerator"])
    else:
        sys.meta_path.insert(0, _AccelerateFinder())
    excepthook = sys.excepthook

    def note_failure(*error: Any) -> None:
        global _failed
        _failed = True
        excepthook(*error)

    sys.excepthook = note_failure


def record(kind: str, value: object, processes: int | None = None) -> None:
    """Append one line, with this process's place in the group; `processes` where the Accelerator says how many train together."""
    rank, world = _place()
    world = world if processes is None else processes
    line = json.dumps({"kind": kind, "rank": rank, "world": world, "value": value})
    path = os.path.join(os.environ["RAYLIFT_RECORD"], f"{os.getpid()}.jsonl")
    with _lock, open(path, "a") as file:
        file.write(line + "\n")


def hash_of(parameters: Iterable[Any]) -> str:
    """A hash of the parameters' bytes, in their order."""
    import torch

    digest = hashlib.sha256()
    for parameter in parameters:
        digest.update(parameter.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]


def _place() -> tuple[int, int]:
    """Rank and world size, from the process group where there is one."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def _patch(module: ModuleType) -> None:
    from torch.optim.optimizer import register_optimizer_step_post_hook

    backward, end_training = module.Accelerator.backward, module.Accelerator.end_training
    steps_left = int(os.environ.get("RAYLIFT_RECORD_STEPS") or sys.maxsize)

    @functools.wraps(backward)
    def recorded_backward(self: Any, loss: Any, **kwargs: Any) -> Any:
        record("loss", float(loss.detach()).hex(), self.num_processes)
        return backward(self, loss, **kwargs)

    @functools.wraps(end_training)
    def recorded_end_training(self: Any) -> None:
        record("end", True)
        end_training(self)

    def record_step(optimizer: Any, args: Any, kwargs: Any) -> None:
        nonlocal steps_left
        record("parameters", hash_of(p for group in optimizer.param_groups for p in group["params"]))
        steps_left -= 1
        if steps_left == 0:
            record("end", True)
            sys.exit(0)

    patched: Any = module.Accelerator
    patched.backward, patched.end_training = recorded_backward, recorded_end_training
    register_optimizer_step_post_hook(record_step)
    atexit.register(lambda: record("end", not _failed))


class _AccelerateFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Accelerate's own module, patched once it has run; nothing else is ours."""
        if name != "accelerate.accelerator":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.loader is not None
        run = spec.loader.exec_module

        def run_and_patch(module: ModuleType) -> None:
            run(module)
            _patch(module)

        spec.loader.exec_module = run_and_patch  # type: ignore[method-assign]  # this one spec only
        return spec


def _run_the_one_behind() -> None:
    """A sitecustomize that this one hides still runs."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    this = sys.modules.pop("sitecustomize")
    with contextlib.suppress(ImportError):
        __import__("sitecustomize")
    sys.modules.setdefault("sitecustomize", this)


if __name__ == "sitecustomize":
    _run_the_one_behind()
    if os.environ.get("RAYLIFT_RECORD"):
        watch()
