"""Ray Train's controller, which starts the workers: what it holds ends with the run, however that ends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ABORT_WITHIN_S = 3.0  # it hears nothing while it waits for a placement group


@contextlib.contextmanager
def cleaned_up(controller: Callable[[], Any]) -> Iterator[None]:
    """Within it, KeyboardInterrupt stops what Ray Train has started, and the death of its controller frees what that held.

    Ray has an actor of its own for the latter, which asks the dashboard every second whether the controller lives.
    """
    import ray

    try:
        yield
    except KeyboardInterrupt:
        if (started := controller()) is not None:
            _stop(started)
        raise
    except ray.exceptions.RayActorError:
        if (started := controller()) is not None:
            _remove_groups_of(started)
        raise


def without_cleaner(callbacks: list[Any]) -> list[Any]:
    """Ray Train's callbacks without the one whose work `cleaned_up` does: its actor takes a share of the workers' cores."""
    return [callback for callback in callbacks if type(callback).__name__ != "PlacementGroupCleanerCallback"]


def _stop(controller: Any) -> None:
    """Ends Ray Train's controller and with it its workers, in order if it answers; and takes back what it still waits for."""
    import ray

    try:
        ray.wait([controller.abort.remote()], timeout=ABORT_WITHIN_S)
        ray.kill(controller)
    except Exception:  # noqa: BLE001  # whatever cannot be stopped so ends with this process's job
        pass
    _remove_groups_of(controller)


def _remove_groups_of(controller: Any) -> None:
    """Removes the placement groups that a controller has asked for: Ray keeps them until the driver has ended, too."""
    import ray
    from ray._private.state import state
    from ray.core.generated.gcs_pb2 import PlacementGroupTableData
    from ray.util.placement_group import PlacementGroup, remove_placement_group

    try:
        for record in state._connect_and_get_accessor().get_placement_group_table():
            group = PlacementGroupTableData.FromString(record)
            if group.creator_actor_id == controller._actor_id.binary():
                remove_placement_group(PlacementGroup(ray.PlacementGroupID(group.placement_group_id)))
    except Exception:  # noqa: BLE001  # then they go with this process's job
        pass
