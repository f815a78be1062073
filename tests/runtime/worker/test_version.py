"""A worker that runs another `raylift_runtime` than the driver says so."""

from __future__ import annotations

import pytest

from raylift_runtime.worker.version import check_version, runtime_version


def test_another_runtime_than_the_driver_s_is_an_error_that_says_where_it_lies() -> None:
    with pytest.raises(RuntimeError, match=r"runs another raylift_runtime, from .*raylift_runtime, than the driver"):
        check_version("another")


def test_the_same_runtime_and_a_driver_that_does_not_ask_are_well() -> None:
    check_version(runtime_version())
    check_version("")
