from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED
from tests.conftest import Raylift

from raylift.commands import run
from raylift.outcome import Refused, Rewritten, Untouched
from raylift.pipeline.file_outcome import FileOutcome
from raylift.plan import Notice
from raylift.project.discovery import FoundFile
from raylift.request import Request

EXAMPLE = Path(__file__).parents[3] / "examples/train.py"


def looked(outcome: object) -> FileOutcome:
    return FileOutcome(FoundFile("train.py"), b"", outcome)  # type: ignore[arg-type]  # one of the outcomes


def test_a_script_that_needs_nothing_runs_as_it_is() -> None:
    for outcome in (None, Untouched("it already uses Ray Train")):
        assert run.command_line(looked(outcome), ["--lr", "1"]) == [sys.executable, "train.py", "--lr", "1"]


def test_a_lifted_script_runs_from_a_temporary_file_outside_its_folder() -> None:
    command = run.command_line(looked(Rewritten(b"lifted")), ["--lr", "1"])
    assert command is not None
    lifted = Path(command[3])
    assert command == [sys.executable, run.replay.__file__, "train.py", str(lifted), "--lr", "1"]
    assert lifted.read_bytes() == b"lifted"
    lifted.unlink()


def test_a_refused_script_does_not_run() -> None:
    assert run.command_line(looked(Refused((Notice(1, "RL301", "no"),))), []) is None


def test_flags_reach_the_runtime_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAYLIFT_NUM_WORKERS", "9")
    request = Request("run", ("a.py",), use_gpu=False, storage_path="results", address="ray://there:10001")
    environment = run.environment(request)
    assert environment["RAYLIFT_NUM_WORKERS"] == "9"
    assert environment["RAYLIFT_USE_GPU"] == "0"
    assert environment["RAYLIFT_STORAGE_PATH"] == os.path.abspath("results")
    assert environment["RAY_ADDRESS"] == "ray://there:10001"
    assert run.environment(request._replace(num_workers=4, storage_path="s3://b/c"))["RAYLIFT_STORAGE_PATH"] == "s3://b/c"


def test_what_is_no_script_is_told(raylift: Raylift, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.py"):
        assert raylift("run", path)[0] == 2


def test_a_refusal_ends_the_run_with_its_remedy(
    raylift: Raylift, stand_in: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "NEEDED", ())
    (tmp_path / "a.py").write_bytes(REFUSED)
    answer = raylift("run", tmp_path / "a.py", "--", "--lr", "1")
    assert answer.code == 1
    assert "RL301 this cannot be lifted\n    do it by hand" in answer.err


def test_without_the_training_stack_it_says_what_to_install(
    raylift: Raylift, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "NEEDED", ("no_such_package_here",))
    answer = raylift("run", tmp_path)
    assert answer.code == 2
    assert "pip install 'raylift[runtime]'" in answer.err


@pytest.mark.slow
@pytest.mark.ray
def test_the_shipped_example_trains_on_two_workers_and_stays_as_it_is(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    shutil.copy(EXAMPLE, script)
    command = [sys.executable, "-m", "raylift", "run", "train.py", "--num-workers", "2", "--no-use-gpu", "--", "--epochs", "1"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert result.returncode == 0, result.stderr
    assert script.read_bytes() == EXAMPLE.read_bytes()
    assert (tmp_path / "sums-model/model.safetensors").is_file()
    assert "eval_loss" in result.stdout + result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"train.py", "sums-model"}
