"""What a user may set; merged by value, the later one wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """How to lift a script.

    `use_gpu=None` means what the script says, else GPU workers. `runtime="ray"` emits stock Ray only.
    `transformers` is the major generation whose argument names the result must use.
    """

    num_workers: int = 2
    use_gpu: bool | None = None
    storage_path: str | None = None
    runtime: Literal["raylift", "ray"] = "raylift"
    transformers: int = 5
