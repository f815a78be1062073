"""A cluster that lacks this package, and cannot be given it any more, is told in a sentence."""

from __future__ import annotations

import pytest
import ray

from raylift_runtime.cluster.connection import absence_explained
from raylift_runtime.preflight_error import PreflightError


@pytest.mark.parametrize("name", ["raylift_runtime", "'raylift_runtime'"])
def test_a_controller_that_lacks_this_package_is_told_with_what_to_do(name: str) -> None:
    with pytest.raises(PreflightError, match=r"has no raylift_runtime.*py_modules") as raised, absence_explained():
        raise ray.exceptions.RaySystemError(f"System error: No module named {name}")
    assert raised.value.__suppress_context__


def test_other_errors_of_ray_stay_what_they_are() -> None:
    with pytest.raises(ray.exceptions.RaySystemError), absence_explained():
        raise ray.exceptions.RaySystemError("No module named torch")
