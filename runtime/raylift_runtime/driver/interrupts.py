"""Ctrl-C: it is heard in every phase of a run, stops what was started, and ends this process within seconds."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

STATUS = 130  # what a shell expects of a process that Ctrl-C has ended
ABORT_WITHIN_S = 3.0  # Ray's controller hears nothing while it waits for a placement group


@contextlib.contextmanager
def interrupts_heard() -> Iterator[None]:
    """Within it, Ctrl-C is answered at once and ends in SystemExit with the status of shells. A second one ends the process as it is.

    Does nothing in a thread where Python takes no signals, and where whoever started this process has it ignore Ctrl-C.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, _stop_hearing)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(STATUS) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _stop_hearing(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _end_now)
    _say("Ctrl-C: stopping the run. Once more leaves at once.")
    raise KeyboardInterrupt


def _end_now(number: int, frame: FrameType | None) -> NoReturn:
    _say("Ctrl-C: leaving.")
    os._exit(STATUS)


def _say(text: str) -> None:
    line = f"\nraylift: {text}"
    try:
        print(line, flush=True)
    except RuntimeError:  # what was interrupted is printing
        os.write(1, f"{line}\n".encode())


@contextlib.contextmanager
def stopped_by_interrupts(controller: Callable[[], Any]) -> Iterator[None]:
    """Within it, KeyboardInterrupt stops what Ray Train has started before it goes on its way."""
    try:
        yield
    except KeyboardInterrupt:
        if (started := controller()) is not None:
            _stop(started)
        raise


def _stop(controller: Any) -> None:
    """Ends Ray Train's controller and with it its workers, in order if it answers; and takes back what it still waits for."""
    import ray

    try:
        ray.wait([controller.abort.remote()], timeout=ABORT_WITHIN_S)
        ray.kill(controller)
        _remove_groups_of(controller)
    except Exception:  # noqa: BLE001  # whatever cannot be stopped so ends with this process's job
        pass


def _remove_groups_of(controller: Any) -> None:
    """Removes the placement groups that a controller has asked for: Ray keeps them until the driver has ended, too."""
    import ray
    from ray._private.state import state
    from ray.core.generated.gcs_pb2 import PlacementGroupTableData
    from ray.util.placement_group import PlacementGroup, remove_placement_group

    for record in state._connect_and_get_accessor().get_placement_group_table():
        group = PlacementGroupTableData.FromString(record)
        if group.creator_actor_id == controller._actor_id.binary():
            remove_placement_group(PlacementGroup(ray.PlacementGroupID(group.placement_group_id)))
