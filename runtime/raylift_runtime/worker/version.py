"""Whether the driver and a worker run one and the same `raylift_runtime`."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1]
TRAVELS = 'ray.init(runtime_env={"py_modules": [raylift_runtime]})'


@functools.cache
def runtime_version() -> str:
    """What this package is, by its content: one that has travelled to a node has left the record of its version behind."""
    content = hashlib.sha256()
    for file in sorted(FOLDER.rglob("*.py")):
        content.update(file.relative_to(FOLDER).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:16]


def check_version(driver: str) -> None:
    """Raises RuntimeError where this process runs another `raylift_runtime` than the driver, whose version is given."""
    if driver and driver != runtime_version():
        raise RuntimeError(
            f"this worker runs another raylift_runtime, from {FOLDER}, than the driver. Install one release of raylift on all nodes, "
            f"or let the driver's travel: {TRAVELS}."
        )
