"""The variables by which an Accelerate config reaches the workers: it is read on the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raylift_runtime.preflight_error import PreflightError
from raylift_runtime.worker.sharding import ON_ACCELERATORS_ONLY

if TYPE_CHECKING:
    import os


def accelerate_variables(
    config: dict[str, Any] | str | os.PathLike[str] | None, workers: int | tuple[int, int], on_accelerators: bool
) -> dict[str, str]:
    """What an Accelerate config file, or its content as a dict, sets on each worker; says what of it Ray replaces.

    Raises PreflightError for sharding that Accelerate does on accelerators only, where the workers have none.
    """
    if config is None:
        return {}
    from raylift_runtime.accelerate_config import config as accelerate_config

    loaded = accelerate_config.load(config)
    replaced = [name for name in loaded.replaced if name != "num_processes" or loaded.num_processes != workers]
    if replaced:
        print(f"raylift: Ray sets {', '.join(replaced)}; the values in the Accelerate config are not used.")
    if loaded.is_compiled_in_vain:
        print(
            "raylift: the Accelerate config asks to compile, which `accelerate launch` leaves out with DeepSpeed; so do these workers."
        )
    if loaded.needs_accelerators and not on_accelerators:
        raise PreflightError(f"The Accelerate config: {ON_ACCELERATORS_ONLY.format(kind=loaded.kind)}")
    return loaded.worker_environment()
