"""Where a loop with an Accelerator stands, and everything of it that a checkpoint must hold to go on from there."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raylift_runtime import output
from raylift_runtime.checkpoints import random_states, resume
from raylift_runtime.checkpoints.upload import FOLDER
from raylift_runtime.training.own_data_state import OwnDataState
from raylift_runtime.training.own_schedules import own_schedules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accelerate import Accelerator

    from raylift_runtime.worker.session import Session

STATE = "state"
SAVES = "saves"  # how many states the script itself has let Accelerate name
INNER = ("base_dataloader", "batch_sampler", "sampler")
LOOP_COUNTERS = ("iteration", "epoch", "initial_seed")


@dataclass(frozen=True)
class Held:
    """What one call of `report` was given; in a resumable loop it waits for the end of the epoch."""

    metrics: dict[str, Any]
    model: Any = None
    folder: str | None = None
    with_state: bool = True

    def without_checkpoint(self) -> Held:
        """The metrics alone, for all but the last report of an epoch."""
        return Held(self.metrics, with_state=False)


@dataclass
class Loop:
    """One loop over epochs: the number of its training in the script, and how many epochs and reports it has had.

    `step` is the last one that a line named, 0 where none does; `held` is the report that waits for the end of the epoch.
    """

    training: int
    is_resumable: bool = False
    epochs: int = 0
    reports: int = 0
    step: int = 0
    held: Held | None = None
    has_begun: bool = False
    data: OwnDataState | None = None

    def line(self, metrics: dict[str, Any]) -> dict[str, Any]:
        """The metrics as a line of the run's file: with the step that they or lines before them name, else the number of the report."""
        given = metrics.get("step")
        if isinstance(given, (int, float)):
            self.step = int(given)
        number = {"training": self.training} if self.training else {}
        return {"step": self.step or self.reports, **metrics, **number}

    def first_step(self, lines: list[dict[str, Any]]) -> int | None:
        """In the first report, the step before its lines: what the run's file holds after that is of an attempt that failed."""
        if self.has_begun:
            return None
        self.has_begun = True
        return int(lines[0]["step"]) - 1

    def save(self, accelerator: Accelerator, folder: str) -> None:
        """Writes the state of everything prepared, and of this loop; every rank calls it with a folder of one name."""
        import torch

        with _named_here(accelerator):
            accelerator.save_state(folder)
        place = {
            "epochs": self.epochs,
            "reports": self.reports,
            "step": self.step,
            SAVES: accelerator.project_configuration.iteration,
        }
        data = self.data.kept() if self.data is not None else []
        schedules = [each.state_dict() for each in own_schedules(accelerator)]
        loaders = [[_kept(part) for part in _parts(loader)] for loader in accelerator._dataloaders]
        torch.save(
            {**place, "loaders": loaders, "schedules": schedules, "data": data},
            os.path.join(folder, _file(accelerator.process_index)),
        )

    def restore(self, session: Session, accelerator: Accelerator) -> None:
        """Continues from the newest whole checkpoint of the run, if it has one of this loop; every rank calls it.

        Says, and begins again, where the data has a place that no checkpoint can hold.
        """
        self.data = OwnDataState(accelerator)
        if limits := self.data.limits():
            for sentence in limits if session.rank == 0 else ():
                output.tell(sentence)
            return
        stored = resume.newest_stored(session, self.training)
        found = session.from_rank_zero(stored.path if stored else None)
        if found is None:
            return
        from ray.train import Checkpoint

        filesystem, _ = session.run_folder()
        with Checkpoint(found, filesystem).as_directory() as folder:
            state = os.path.join(folder, FOLDER, STATE)
            if session.from_rank_zero(os.path.isdir(state)):
                self._load(accelerator, state)
        session.barrier()

    def _load(self, accelerator: Accelerator, folder: str) -> None:
        import torch

        with random_states.readable():
            accelerator.load_state(folder)
        own = os.path.join(folder, _file(accelerator.process_index))
        with random_states.readable():
            kept = torch.load(own if os.path.exists(own) else os.path.join(folder, _file(0)), weights_only=True)
        self.epochs, self.reports, self.step = kept["epochs"], kept["reports"], kept["step"]
        accelerator.project_configuration.iteration = kept[SAVES]
        if self.data is not None:
            self.data.put_back(kept["data"])
        for schedule, state in zip(own_schedules(accelerator), kept["schedules"], strict=True):
            schedule.load_state_dict(state)
        for loader, parts in zip(accelerator._dataloaders, kept["loaders"], strict=True):
            for part, values in zip(_parts(loader), parts, strict=True):
                _put_back(part, values)


@contextlib.contextmanager
def _named_here(accelerator: Accelerator) -> Iterator[None]:
    """Within it, `save_state` writes into the folder that it is given, which `automatic_checkpoint_naming` does not let it, and counts nothing."""
    project = accelerator.project_configuration
    before = project.automatic_checkpoint_naming, project.iteration
    project.automatic_checkpoint_naming = False
    try:
        yield
    finally:
        project.automatic_checkpoint_naming, project.iteration = before


def _file(rank: int) -> str:
    return f"loop_rank_{rank}.pt"


def _parts(loader: Any) -> Iterator[Any]:
    """A prepared loader and the samplers below it, each once: Accelerate's own state leaves out where these stand."""
    seen: set[int] = set()
    waiting = [loader]
    while waiting:
        part = waiting.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += [vars(part).get(name) for name in INNER if hasattr(part, "__dict__")]


def _kept(part: Any) -> dict[str, Any]:
    import torch

    values = vars(part) if hasattr(part, "__dict__") else {}
    kept = {name: values[name] for name in LOOP_COUNTERS if isinstance(values.get(name), int)}
    for name in ("generator", "synchronized_generator"):
        if isinstance(values.get(name), torch.Generator):
            kept[name] = values[name].get_state()
    return kept


def _put_back(part: Any, kept: dict[str, Any]) -> None:
    import torch

    for name, value in kept.items():
        if name in LOOP_COUNTERS:
            setattr(part, name, value)
            continue
        if getattr(part, name) is None:
            setattr(part, name, torch.Generator())
        getattr(part, name).set_state(value)
