"""A run that a trial of Ray Tune's starts has the driver's command line, unless the trial has one of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import ray

from raylift_runtime.driver import command_line

OF_RAY = ["/x/default_worker.py", "--node-ip-address=127.0.0.1"]


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, bytes]:
    """What lies in the cluster that this process is connected to."""
    left: dict[bytes, bytes] = {}
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(command_line, "_key", lambda: b"key")
    monkeypatch.setattr(command_line, "_internal_kv_get", left.get)
    monkeypatch.setattr(command_line, "_internal_kv_put", left.__setitem__)
    return left


def test_the_driver_leaves_its_command_line_with_the_script_s_whole_path(
    left: dict[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").touch()
    monkeypatch.setattr(sys, "argv", ["train.py", "--name", "a b"])
    monkeypatch.setattr(ray._private.worker.global_worker, "mode", ray.SCRIPT_MODE, raising=False)
    command_line.leave_for_trials()
    monkeypatch.setattr(sys, "argv", OF_RAY)
    assert command_line.arguments() == [str(tmp_path / "train.py"), "--name", "a b"]


def test_a_worker_leaves_nothing(left: dict[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray._private.worker.global_worker, "mode", ray.WORKER_MODE, raising=False)
    command_line.leave_for_trials()
    assert left == {}


def test_a_command_line_that_a_trial_has_set_itself_is_its_own(left: dict[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    left[b"key"] = json.dumps(["train.py"]).encode()
    monkeypatch.setattr(sys, "argv", ["train.py", "--lr", "0.1"])
    assert command_line.arguments() == ["train.py", "--lr", "0.1"]


def test_a_driver_that_left_nothing_changes_nothing(left: dict[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", OF_RAY)
    assert command_line.arguments() == OF_RAY
