"""What an Accelerate config asks for reaches the workers, and what of it cannot is said."""

from __future__ import annotations

import pytest

from raylift_runtime.driver.accelerate_variables import accelerate_variables

FSDP = {"distributed_type": "FSDP", "num_processes": 8, "mixed_precision": "bf16", "fsdp_config": {"fsdp_version": 2}}


def test_no_config_sets_nothing() -> None:
    assert accelerate_variables(None, 2, on_accelerators=False) == {}


def test_what_ray_decides_and_what_cpus_cannot_do_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    variables = accelerate_variables(FSDP, 2, on_accelerators=False)
    said = capsys.readouterr().out
    assert variables["ACCELERATE_MIXED_PRECISION"] == "bf16"
    assert "Ray sets num_processes; the values in the Accelerate config are not used" in said
    assert "on GPUs only; these CPU workers train whole copies of the model instead" in said


def test_a_number_of_processes_that_is_that_of_the_workers_is_not_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    accelerate_variables({**FSDP, "num_processes": 2}, 2, on_accelerators=True)
    assert "Ray sets" not in capsys.readouterr().out
