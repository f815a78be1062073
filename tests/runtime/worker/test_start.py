"""A worker calls the train function as the driver's process would, and is what that process would be."""

from __future__ import annotations

import os
from typing import Any

import pytest
import torch

from raylift_runtime.worker import start as worker


@pytest.mark.parametrize(
    ("function", "config", "expected"),
    [
        (lambda: None, {"lr": 1}, False),
        (lambda config: None, None, True),
        (lambda config=None: None, {"lr": 1}, True),
        (lambda config=None: None, None, False),
        (lambda *arguments: None, {"lr": 1}, False),
    ],
)
def test_a_parameter_that_may_be_left_out_is_given_the_configuration_too(function: Any, config: Any, expected: bool) -> None:
    assert worker.takes_config(function, config) is expected


def test_a_lone_worker_has_the_threads_of_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        worker.use_threads(2)
        assert torch.get_num_threads() == min(2, os.cpu_count() or 2)
        assert "OMP_NUM_THREADS" not in os.environ
        worker.use_threads(None)
        assert torch.get_num_threads() == min(2, os.cpu_count() or 2)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("code", "is_failure"), [(0, False), (None, False), (1, True), ("no data", True)])
def test_only_an_exit_with_a_status_is_a_failure(code: Any, is_failure: bool) -> None:
    if not is_failure:
        worker.refuse_failed_exit(SystemExit(code))
        return
    with pytest.raises(RuntimeError, match=r"the script ended with sys\.exit"):
        worker.refuse_failed_exit(SystemExit(code))


def test_a_group_that_the_script_has_ended_may_be_ended_again(monkeypatch: pytest.MonkeyPatch) -> None:
    group = torch.distributed
    monkeypatch.setattr(group, "destroy_process_group", group.destroy_process_group)
    worker.allow_ending_the_group()
    group.init_process_group("gloo", store=group.HashStore(), rank=0, world_size=1)
    for _ in range(2):
        group.destroy_process_group()
        assert not group.is_initialized()
