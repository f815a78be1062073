"""What the `RAYLIFT_*` variables of the driver's environment change about a script's scaling and storage."""

from __future__ import annotations

import dataclasses
import re
import secrets
from typing import TYPE_CHECKING

from ray.train import RunConfig, ScalingConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RAY_S_OWN_NAME = re.compile(r"ray_train_run-[\d_-]+")
HELP = {"-h", "--help"}
HAS_ELASTIC_GROUPS = "elastic_resize_monitor_interval_s" in ScalingConfig.__dataclass_fields__  # since Ray 2.55
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def scaling_for(scaling: ScalingConfig | None, environment: Mapping[str, str], arguments: Sequence[str] = ()) -> ScalingConfig:
    """The script's scaling with `RAYLIFT_NUM_WORKERS` (`4`, or `1-4` for an elastic group) and `RAYLIFT_USE_GPU` applied.

    A script that is asked for its help answers in this process. Raises ValueError where a variable holds something else.
    """
    scaling = scaling or ScalingConfig()
    changes: dict[str, object] = {}
    if workers := environment.get("RAYLIFT_NUM_WORKERS"):
        changes["num_workers"] = _worker_count(workers)
    if not HELP.isdisjoint(arguments):
        changes["num_workers"] = 0
    if use_gpu := environment.get("RAYLIFT_USE_GPU"):
        changes["use_gpu"] = _is_yes("RAYLIFT_USE_GPU", use_gpu)
        if not changes["use_gpu"] and scaling.resources_per_worker:
            changes["resources_per_worker"] = {k: v for k, v in scaling.resources_per_worker.items() if k != "GPU"} or None
    return dataclasses.replace(scaling, **changes) if changes else scaling


def run_for(run: RunConfig | None, environment: Mapping[str, str]) -> RunConfig:
    """The script's run settings with `RAYLIFT_STORAGE_PATH` and `RAYLIFT_RUN_NAME` applied; always a copy.

    Giving the name of an earlier run continues that run; without one every run has its own name.
    """
    run = dataclasses.replace(run) if run else RunConfig()
    if RAY_S_OWN_NAME.fullmatch(run.name or ""):
        run.name = f"{run.name}-{secrets.token_hex(3)}"  # two runs may begin within the same second
    run.storage_path = environment.get("RAYLIFT_STORAGE_PATH") or run.storage_path
    run.name = environment.get("RAYLIFT_RUN_NAME") or run.name
    return run


def _worker_count(text: str) -> int | tuple[int, int]:
    try:
        low, _, high = text.partition("-")
        count = (int(low), int(high)) if high else int(low)
    except ValueError:
        raise ValueError(f"RAYLIFT_NUM_WORKERS={text!r}: give a number such as 4, or a range such as 1-4") from None
    if isinstance(count, tuple) and not HAS_ELASTIC_GROUPS:
        raise ValueError(f"RAYLIFT_NUM_WORKERS={text!r}: an elastic group needs Ray 2.55 or newer; give one number")
    return count


def _is_yes(name: str, text: str) -> bool:
    if text.lower() not in WORDS:
        raise ValueError(f"{name}={text!r}: give 1 or 0")
    return WORDS[text.lower()]
