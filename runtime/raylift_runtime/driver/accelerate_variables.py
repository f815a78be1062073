"""The variables by which an Accelerate config reaches the workers: it is read on the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os


def accelerate_variables(
    config: dict[str, Any] | str | os.PathLike[str] | None, workers: int | tuple[int, int], on_accelerators: bool
) -> dict[str, str]:
    """What an Accelerate config file, or its content as a dict, sets on each worker; says what of it Ray or CPUs replace."""
    if config is None:
        return {}
    from raylift_runtime.accelerate_config import config as accelerate_config

    loaded = accelerate_config.load(config)
    replaced = [name for name in loaded.replaced if name != "num_processes" or loaded.num_processes != workers]
    if replaced:
        print(f"raylift: Ray sets {', '.join(replaced)}; the values in the Accelerate config are not used.")
    if loaded.shards and not on_accelerators:
        print(
            f"raylift: Accelerate applies {loaded.kind} on GPUs only; these CPU workers train whole copies of the model instead."
        )
    return loaded.worker_environment(on_accelerators)
