"""What an Accelerate config asks for reaches the workers, and what of it cannot is said."""

from __future__ import annotations

import pytest
from tests.runtime.accelerate_config.test_config import CONFIGS

from raylift_runtime.accelerate_config import config as accelerate_config
from raylift_runtime.preflight_error import PreflightError
from raylift_runtime.travel.accelerate_variables import accelerate_variables

FSDP = {"distributed_type": "FSDP", "num_processes": 8, "mixed_precision": "bf16", "fsdp_config": {"fsdp_version": 2}}


def test_no_config_sets_nothing() -> None:
    assert accelerate_variables(None, 2, on_accelerators=False) == {}


def test_what_ray_decides_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    variables = accelerate_variables(FSDP, 2, on_accelerators=True)
    assert variables["ACCELERATE_MIXED_PRECISION"] == "bf16"
    assert "Ray sets num_processes; the values in the Accelerate config are not used" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["fsdp-1", "fsdp-2", "megatron"])
def test_cpu_workers_are_not_started_for_what_only_gpus_shard(name: str) -> None:
    kind = accelerate_config.load(CONFIGS[name]).kind
    with pytest.raises(
        PreflightError, match=f"The Accelerate config: {kind} was asked for, and Accelerate shards with it on GPUs only"
    ):
        accelerate_variables(CONFIGS[name], 2, on_accelerators=False)
    assert accelerate_variables(CONFIGS[name], 2, on_accelerators=True)


def test_cpu_workers_shard_with_deepspeed() -> None:
    assert accelerate_variables(CONFIGS["zero-3"], 4, on_accelerators=False)["ACCELERATE_DEEPSPEED_ZERO_STAGE"] == "3"


def test_compilation_that_deepspeed_keeps_the_launcher_from_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    compiled = {"dynamo_config": {"dynamo_backend": "INDUCTOR"}, "num_processes": 2}
    for kind in ("DEEPSPEED", "MULTI_GPU"):
        accelerate_variables({"distributed_type": kind, **compiled}, 2, on_accelerators=True)
    assert capsys.readouterr().out.count("asks to compile, which `accelerate launch` leaves out with DeepSpeed") == 1


def test_a_number_of_processes_that_is_that_of_the_workers_is_not_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    accelerate_variables({**FSDP, "num_processes": 2}, 2, on_accelerators=True)
    assert "Ray sets" not in capsys.readouterr().out
