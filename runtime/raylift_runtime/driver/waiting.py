"""Says every half minute what a run waits for that has no workers yet, or has lost them."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EVERY_S = 30.0
WORKER = "RayTrainWorker"  # the class of Ray Train's workers
ENDED = "DEAD"


@contextlib.contextmanager
def waits_told(waits_for: Callable[[], str | None], tell: Callable[[str], None], every_s: float | None = None) -> Iterator[None]:
    """Within it, what the run waits for is told each time that so many seconds (`EVERY_S`) have passed and it still waits."""
    is_over = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(waits_for, tell, every_s or EVERY_S, is_over), name="raylift waiting", daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        is_over.set()
        watch.join()


def _watch(waits_for: Callable[[], str | None], tell: Callable[[str], None], every_s: float, is_over: threading.Event) -> None:
    began = time.monotonic()
    while not is_over.wait(every_s):
        try:
            what = waits_for()
        except Exception:  # noqa: BLE001  # a remark is never worth a training: Ray may answer otherwise or not at all
            return
        if what is None:
            began = time.monotonic()
        elif not is_over.is_set():
            tell(f"waiting for {time.monotonic() - began:.0f} s now {what}.")


def waited_for(actors: Mapping[str, Mapping[str, Any]], missing_room: Callable[[], str]) -> str | None:
    """What keeps a run with these actors from training: room for its workers, or their start; None where they are there."""
    states = [actor["State"] for actor in actors.values() if actor["ActorClassName"] == WORKER]
    living = [state for state in states if state != ENDED]
    if not living:
        return missing_room()
    return None if set(living) == {"ALIVE"} else "for its workers to start: Ray makes their processes and environments"


def actors_of_this_job() -> Mapping[str, Mapping[str, Any]]:
    """Ray's own record of the actors that this driver's job has started."""
    import ray
    import ray._private.state as state

    actors: Mapping[str, Mapping[str, Any]] = state.actors(
        job_id=ray.JobID(bytes.fromhex(ray.get_runtime_context().get_job_id()))
    )
    return actors
