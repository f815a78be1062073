"""What Ray Train's controller holds is given back without an actor that watches it."""

from __future__ import annotations

import pytest
import ray

from raylift_runtime.driver.controller import cleaned_up, without_cleaner


def test_what_was_not_started_is_not_stopped() -> None:
    for error in (KeyboardInterrupt, ray.exceptions.RayActorError):
        with pytest.raises(error), cleaned_up(lambda: None):
            raise error


def test_ray_s_callback_that_asks_the_dashboard_every_second_is_left_out_and_is_still_ray_s() -> None:
    from ray.train.v2._internal.callbacks.placement_group_callback import PlacementGroupCleanerCallback

    kept = object()
    assert without_cleaner([PlacementGroupCleanerCallback(), kept]) == [kept]
