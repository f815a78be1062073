"""What a user may set; merged by value, the later one wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from raylift.targets import TARGETS, Target


@dataclass(frozen=True, slots=True)
class Settings:
    """How to lift a script.

    `num_workers=None` and `use_gpu=None` mean what the script says, else two workers with a GPU each. `runtime="ray"` emits stock
    Ray only. `transformers` is the major generation whose argument names the result must use. `resumable` lets loops over epochs
    restart from the newest checkpoint. `data="ray"` has the driver load the data, and Ray Data hand them over. `accelerate_config` is what `TorchTrainer` is given under that name, as it is written,
    `inline_config` an Accelerate config to write out as arguments of `Accelerator` instead, and `launch_notices` what the reader must know about the command that has launched the script so far.
    `select` and `ignore` name the rules to use and not to use, by their ids or the start of those, `select=()` all; `mark` leaves a comment wherever a person must decide,
    and `unsafe` promises whatever a rule names that raylift cannot prove. `retarget` lets a script that is lifted for the other
    runtime change to this one. `releases` are the libraries' major and minor numbers that a script's surroundings
    settle, by their packages; of the others the newest that raylift knows counts. What is lifted `in_cells` is a notebook.
    """

    num_workers: int | None = None
    use_gpu: bool | None = None
    storage_path: str | None = None
    runtime: Literal["raylift", "ray"] = "raylift"
    transformers: int = 5
    resumable: bool = False
    data: Literal["", "ray"] = ""
    accelerate_config: str | None = None
    inline_config: dict[str, object] | None = None
    launch_notices: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    mark: bool = False
    unsafe: bool = False
    retarget: bool = False
    releases: tuple[tuple[str, tuple[int, int]], ...] = ()
    in_cells: bool = False

    @property
    def target(self) -> Target:
        """What `runtime` names; a kernel has no file that workers could start from."""
        target = TARGETS[self.runtime]
        return replace(target, reruns_script=False) if self.in_cells else target
