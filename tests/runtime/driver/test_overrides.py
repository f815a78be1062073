"""`RAYLIFT_*` variables override what a script says about scaling and storage."""

from __future__ import annotations

import pytest
from ray.train import RunConfig, ScalingConfig
from tests.since import is_since, needs

from raylift_runtime.driver.overrides import run_for, scaling_for

RANGE = pytest.param("1-4", (1, 4), marks=needs("ray", "2.55", "it has no elastic groups"))


def test_the_script_decides_where_no_variable_is_set() -> None:
    assert scaling_for(ScalingConfig(num_workers=3), {}).num_workers == 3
    assert scaling_for(None, {}).num_workers == 1


@pytest.mark.parametrize(("text", "expected"), [("4", 4), ("0", 0), RANGE])
def test_the_number_of_workers_is_overridden(text: str, expected: object) -> None:
    assert scaling_for(ScalingConfig(num_workers=2), {"RAYLIFT_NUM_WORKERS": text}).num_workers == expected


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_a_script_that_is_asked_for_its_help_starts_no_workers(flag: str) -> None:
    assert scaling_for(ScalingConfig(num_workers=2), {}, ["--epochs", "3", flag]).num_workers == 0
    assert scaling_for(ScalingConfig(num_workers=2), {}, ["--helper", "h"]).num_workers == 2


def test_turning_gpus_off_takes_them_out_of_the_resources() -> None:
    scaling = scaling_for(ScalingConfig(use_gpu=True, resources_per_worker={"GPU": 2, "CPU": 4}), {"RAYLIFT_USE_GPU": "0"})
    assert (scaling.use_gpu, scaling.resources_per_worker) == (False, {"CPU": 4})


@pytest.mark.parametrize("variables", [{"RAYLIFT_NUM_WORKERS": "many"}, {"RAYLIFT_USE_GPU": "perhaps"}])
def test_a_value_that_means_nothing_is_an_error_naming_the_variable(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(variables))):
        scaling_for(None, variables)


@pytest.mark.skipif(is_since("ray", "2.55"), reason="ray since 2.55 has elastic groups")
def test_a_range_that_ray_cannot_do_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs Ray 2\.55 or newer"):
        scaling_for(None, {"RAYLIFT_NUM_WORKERS": "1-4"})


def test_storage_and_run_name_are_overridden_in_a_copy() -> None:
    given = RunConfig(name="mine", storage_path="/tmp/here")
    run = run_for(given, {"RAYLIFT_STORAGE_PATH": "/tmp/there", "RAYLIFT_RUN_NAME": "again"})
    assert (run.name, run.storage_path) == ("again", "/tmp/there")
    assert (given.name, given.storage_path) == ("mine", "/tmp/here")


def test_runs_have_names_of_their_own() -> None:
    first, second = (run_for(None, {}).name for _ in range(2))
    assert first and second and first != second
