"""However a run is disturbed, it ends with the weights of an undisturbed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ray]

STEPS = 12
Outcome = tuple[bytes, list[tuple[object, ...]]]


def start(cluster: str, warm: str, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A run of `faulty.py` in a folder of its own."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
    own = {"RAY_ADDRESS": cluster, "RAY_AUTH_MODE": "token", "PYTHONPATH": os.getcwd(), "RAYLIFT_RUN_NAME": "r"}
    own["RAY_JOB_CONFIG_JSON_ENV_VAR"] = json.dumps({"runtime_env": {"py_executable": warm}})
    command = [warm, str(Path(__file__).with_name("faulty.py")), "--steps", str(STEPS), *arguments]
    settings = {**kept, **own, "RAYLIFT_STORAGE_PATH": str(folder / "storage"), **environment}
    return subprocess.Popen(command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def outcome(folder: Path) -> Outcome:
    """The final weights, and every loss, every evaluation and the training's mean loss with its step."""
    lines = [json.loads(line) for line in (folder / "storage/r/metrics.jsonl").read_text().splitlines()]
    losses = [(line["step"], line.get("loss"), line.get("eval_loss"), line.get("train_loss")) for line in lines]
    return (folder / "final/model.safetensors").read_bytes(), losses


@pytest.fixture(scope="module")
def undisturbed(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("undisturbed")
    said, _ = start(cluster, warm, folder).communicate(timeout=120)
    assert (folder / "final").exists(), said
    return outcome(folder)


@dataclass(frozen=True)
class Run:
    """A run that is over: its folder, and what its last driver said; what the drivers before it said."""

    folder: Path
    said: str
    before: tuple[str, ...] = ()


AWAY = ["optimizer.pt", "rng_state_1.pth", "rank-1.json", "metrics.jsonl", "metrics_last.json", "checkpoint_manager"]


@pytest.fixture(scope="module")
def disturbed(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run that goes on by itself: three workers are killed, a disk is full, a storage fails for each kind of file.

    The first one dies amid the first save, of a script that then finds what it has left of it.
    """
    folder = tmp_path_factory.mktemp("disturbed")
    faults = ["--looks", "--kills", "4:0:saving,6:1:step,8:0:upload", "--full", "12:1:rng_state_1.pth", "--away", ",".join(AWAY)]
    said, _ = start(cluster, warm, folder, *faults).communicate(timeout=240)
    assert (folder / "final").exists(), said
    return Run(folder, said)


def test_workers_killed_in_a_step_and_amid_an_upload(disturbed: Run, undisturbed: Outcome) -> None:
    assert len(list(disturbed.folder.glob("died-*"))) == 3
    assert outcome(disturbed.folder) == undisturbed


def test_a_folder_that_was_cut_short_is_gone_before_the_script_looks_for_one(disturbed: Run, undisturbed: Outcome) -> None:
    assert f"Removed {disturbed.folder}/out/checkpoint-4, which was cut short while it was saved." in disturbed.said
    assert not list(disturbed.folder.glob("out/_saving-*"))


def test_a_full_disk_in_a_save_costs_an_attempt_and_nothing_else(disturbed: Run, undisturbed: Outcome) -> None:
    failed = "raylift: rank 1 failed: the checkpoint of step 12 could not be written to"
    assert disturbed.said.count(failed) == 1
    assert outcome(disturbed.folder) == undisturbed


def test_a_storage_that_fails_once_for_each_kind_of_file_costs_nothing(disturbed: Run, undisturbed: Outcome) -> None:
    assert sorted(path.name for path in disturbed.folder.glob("away-*")) == sorted(f"away-{name}" for name in AWAY)
    assert "the storage is away" not in disturbed.said
    assert outcome(disturbed.folder) == undisturbed


@pytest.fixture(scope="module")
def run_again(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that three drivers begin: the disk is full under the first, the second is killed, and its checkpoint cut by hand."""
    folder = tmp_path_factory.mktemp("run_again")
    first, _ = start(cluster, warm, folder, "--full", "8:0:optimizer.pt", "--retries", "0").communicate(timeout=120)
    assert not (folder / "final").exists()
    second = start(cluster, warm, folder, HF_SLOW_STEPS="0.5")
    newest, deadline = None, time.monotonic() + 60
    while newest is None and time.monotonic() < deadline:
        time.sleep(0.2)
        newest = next((path for path in sorted(folder.glob("storage/r/checkpoint_2*"))[1:] if _is_committed(path)), None)
    second.send_signal(signal.SIGKILL)
    second.communicate()
    assert newest is not None and not (folder / "final").exists()
    os.truncate(newest / "checkpoint/model.safetensors", 1000)
    third, _ = start(cluster, warm, folder).communicate(timeout=120)
    return Run(folder, third, (first, str(newest)))


def _is_committed(checkpoint: Path) -> bool:
    return checkpoint.name in (checkpoint.parent / "checkpoint_manager_snapshot.json").read_text()


def test_a_full_disk_without_retries_is_one_error_that_names_the_folder(run_again: Run) -> None:
    (told,) = (line for line in run_again.before[0].splitlines() if line.startswith("raylift: rank"))
    assert f"the checkpoint of step 8 could not be written to {run_again.folder}/out/checkpoint-8 (" in told


def test_a_run_whose_driver_was_killed_goes_on_under_its_name(run_again: Run, undisturbed: Outcome) -> None:
    assert "raylift: run r goes on from its newest checkpoint" in run_again.said
    assert outcome(run_again.folder) == undisturbed


def test_a_stored_checkpoint_cut_by_hand_is_passed_over_for_the_one_before(run_again: Run, undisturbed: Outcome) -> None:
    assert f"{run_again.before[1]} is not whole" in run_again.said
    assert outcome(run_again.folder) == undisturbed
