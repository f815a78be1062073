"""However a run is disturbed, it ends with the weights of an undisturbed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ray]

STEPS = 12


def start(cluster: str, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A run of `faulty.py` in a folder of its own."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
    own = {"RAY_ADDRESS": cluster, "RAY_AUTH_MODE": "token", "PYTHONPATH": os.getcwd(), "RAYLIFT_RUN_NAME": "r"}
    command = [sys.executable, str(Path(__file__).with_name("faulty.py")), "--steps", str(STEPS), *arguments]
    settings = {**kept, **own, "RAYLIFT_STORAGE_PATH": str(folder / "storage"), **environment}
    return subprocess.Popen(command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def outcome(folder: Path) -> tuple[bytes, list[tuple[int, float | None, float | None]]]:
    """The final weights, and every loss and evaluation with its step."""
    lines = [json.loads(line) for line in (folder / "storage/r/metrics.jsonl").read_text().splitlines()]
    losses = [(line["step"], line.get("loss"), line.get("eval_loss")) for line in lines]
    return (folder / "final/model.safetensors").read_bytes(), losses


@pytest.fixture(scope="module")
def undisturbed(
    cluster: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, list[tuple[int, float | None, float | None]]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    said, _ = start(cluster, folder).communicate(timeout=120)
    assert (folder / "final").exists(), said
    return outcome(folder)


def test_workers_killed_in_a_step_and_amid_an_upload(cluster: str, tmp_path: Path, undisturbed: object) -> None:
    run = start(cluster, tmp_path, "--kills", "6:1:step,8:0:upload")
    said, _ = run.communicate(timeout=200)
    assert run.returncode == 0, said
    assert len(list(tmp_path.glob("died-*"))) == 2
    assert outcome(tmp_path) == undisturbed


def test_a_run_whose_driver_was_killed_goes_on_under_its_name(cluster: str, tmp_path: Path, undisturbed: object) -> None:
    first = start(cluster, tmp_path, HF_SLOW_STEPS="0.5")
    snapshot, deadline = tmp_path / "storage/r/checkpoint_manager_snapshot.json", time.monotonic() + 60
    while not snapshot.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert snapshot.exists() and not (tmp_path / "final").exists()
    again = start(cluster, tmp_path)
    said, _ = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert outcome(tmp_path) == undisturbed
