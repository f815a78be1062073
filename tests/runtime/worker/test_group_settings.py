"""What a script asks of its process group holds for the one that Ray has made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator, InitProcessGroupKwargs, PartialState
from accelerate.state import AcceleratorState

from raylift_runtime.worker import group_settings


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.distributed.ProcessGroup]:
    """A group that is there before the script begins, in a process that has none of Accelerate's state."""
    for name, value in {
        "RANK": "0",
        "WORLD_SIZE": "1",
        "LOCAL_RANK": "0",
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(PartialState, "__init__", PartialState.__init__)
    AcceleratorState._reset_state(reset_partial_state=True)
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1, timeout=timedelta(seconds=60))
    yield torch.distributed.group.WORLD._get_backend(torch.device("cpu"))
    torch.distributed.destroy_process_group()
    AcceleratorState._reset_state(reset_partial_state=True)


def seconds(group: torch.distributed.ProcessGroup) -> float:
    return float(group.options._timeout.total_seconds())


def test_a_ddp_timeout_of_the_script_is_that_of_the_group_that_ray_has_made(group: torch.distributed.ProcessGroup) -> None:
    for given, expected in ((1800, 60), (7200, 7200)):
        group_settings.wait_as_long_as(given)
        assert seconds(group) == expected


def test_an_accelerator_s_timeout_is_that_of_the_group_that_ray_has_made(group: torch.distributed.ProcessGroup) -> None:
    handler = InitProcessGroupKwargs(backend="gloo", timeout=timedelta(seconds=7200))
    Accelerator(cpu=True, kwargs_handlers=[handler])
    assert seconds(group) == 60  # as Accelerate leaves it
    AcceleratorState._reset_state(reset_partial_state=True)
    group_settings.mend_partial_state()
    Accelerator(cpu=True, kwargs_handlers=[handler])
    assert seconds(group) == 7200


def test_a_state_that_is_there_keeps_its_timeout_as_under_torchrun(group: torch.distributed.ProcessGroup) -> None:
    group_settings.mend_partial_state()
    PartialState(cpu=True)
    Accelerator(cpu=True, kwargs_handlers=[InitProcessGroupKwargs(backend="gloo", timeout=timedelta(seconds=7200))])
    assert seconds(group) == 60


def test_a_backend_that_ray_did_not_choose_is_told(
    group: torch.distributed.ProcessGroup, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.distributed, "get_backend", lambda: "nccl")
    group_settings.mend_partial_state()
    PartialState(cpu=True, backend="gloo")
    assert "Ray has made the process group with nccl; for gloo give TorchConfig(backend='gloo')." in caplog.text
