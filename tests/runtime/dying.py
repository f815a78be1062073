"""What happens to scripts that are trained in tests, where a plan says: deaths, and full disks.

A death is `STEP:RANK:WHERE`: that rank is killed without a word at the beginning of the step (`step`), while it writes the save after
it (`saving`), between that save and its report (`save`), or amid the upload (`upload`).
A file in the working folder for each thing that has happened says what comes next, also to the attempts that follow.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from torch.distributed.optim import ZeroRedundancyOptimizer

# Before the first report, in each rank's first save, between a save and its report, amid an upload; of a model alone rank 1 writes nothing.
EARLY = "2:1:step,4:0:saving,4:1:saving,4:0:save,8:0:upload"
EARLY_ONE = "2:1:step,4:0:saving,4:1:save,4:0:save,8:0:upload"


class Plan:
    """The deaths of a run in the order in which it meets them: after each it goes on from an earlier checkpoint."""

    def __init__(self, deaths: str = "") -> None:
        self.deaths = [death for death in deaths.split(",") if death]
        self.step = 0
        self._put: Any = None

    def here(self, step: int, where: str) -> None:
        """Ends this process if the next death is to happen here."""
        self.step = step if where == "step" else self.step
        died = len(list(Path(".").glob("died-*")))
        if died < len(self.deaths) and self.deaths[died] == f"{step}:{os.environ.get('RANK', '0')}:{where}":
            Path(f"died-{died}").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def amid_upload(self, step: int) -> None:
        """Lets the upload of the checkpoint after this step be interrupted after its first file."""
        from raylift_runtime.checkpoints import upload as checkpoints

        self._put = put = self._put or checkpoints.put

        def put_and_die(file: str, *arguments: Any) -> None:
            put(file, *arguments)
            self.here(step, "upload")

        checkpoints.put = put_and_die

    def in_saves_of(self, accelerator: Any) -> None:
        """Lets the states that this Accelerator saves, each after the step seen last, be interrupted."""
        import accelerate.accelerator

        save, write = accelerator.save_state, accelerate.accelerator.save_accelerator_state

        def write_and_die(*arguments: Any, **options: Any) -> Any:
            self.here(self.step + 1, "saving")
            return write(*arguments, **options)

        accelerate.accelerator.save_accelerator_state = write_and_die

        def save_and_die(*arguments: Any, **options: Any) -> Any:
            saved = save(*arguments, **options)
            step = self.step + 1
            self.here(step, "save")
            self.amid_upload(step)
            return saved

        accelerator.save_state = save_and_die


def happens_once(what: str) -> bool:
    """Whether this has not happened yet; from now on it has."""
    try:
        Path(what).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def fill_disk(plan: str, folder: str, step: int) -> None:
    """Makes one file of a checkpoint hit a full disk, once, where the plan says `STEP:RANK:FILE`."""
    for each in filter(None, plan.split(",")):
        at, rank, file = each.split(":")
        if (int(at), rank) == (step, os.environ["RANK"]) and happens_once(f"full-{at}"):
            os.makedirs(folder, exist_ok=True)
            os.symlink("/dev/full", os.path.join(folder, file))


class OwnPart(ZeroRedundancyOptimizer):  # type: ignore[misc]  # mypy does not follow torch here
    """An optimizer whose state is this rank's part of the whole, as DeepSpeed's and FSDP's are."""

    def state_dict(self) -> Any:
        return {"rank": self.rank, "part": self.optim.state_dict(), "rates": [group["lr"] for group in self.param_groups]}

    def load_state_dict(self, state: Any) -> None:
        if state["rank"] == self.rank:  # a Trainer offers rank 0's to all
            self.optim.load_state_dict(state["part"])
            for group, rate in zip(self.param_groups, state["rates"], strict=True):
                group["lr"] = rate
