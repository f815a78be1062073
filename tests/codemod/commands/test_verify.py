from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED
from tests.conftest import Raylift

from raylift.commands import verify
from raylift.request import Request
from raylift.verification import scratch_copy as scratch
from raylift.verification import watched_training as training
from raylift.verification.comparison import RankComparison, compare, is_equal, table
from raylift.verification.scratch_copy import TooMuch, scratch_copy
from raylift.verification.watched_training import TrainingFailed, TrainingRecord, WatchedTraining, watch

EXAMPLE = Path(__file__).parents[3] / "examples/train.py"
SAME = TrainingRecord({0: [1.0, 0.5], 1: [2.0, 0.25]}, {0: ["a", "b"], 1: ["a", "b"]})


def test_equal_trainings_are_equal_on_every_rank() -> None:
    ranks = compare(SAME, SAME, 0)
    assert ranks == [RankComparison(0, 2, "", "equal"), RankComparison(1, 2, "", "equal")]
    assert all(is_equal(rank, 0) for rank in ranks)


def test_the_first_difference_is_named_with_its_rank_and_step() -> None:
    other = SAME._replace(losses={0: [1.0, 0.5], 1: [2.0, math.nextafter(0.25, 1)]})
    ranks = compare(SAME, other, 0)
    assert [is_equal(rank, 0) for rank in ranks] == [True, False]
    assert ranks[1].parts_at == "loss 2: 0.25 and 0.25000000000000006"
    assert [is_equal(rank, 1e-6) for rank in compare(SAME, other, 1e-6)] == [True, True]


@pytest.mark.parametrize(
    "other",
    [
        SAME._replace(losses={0: [1.0, 0.5]}),
        SAME._replace(losses={0: [1.0], 1: [2.0]}),
        SAME._replace(losses={**SAME.losses, 2: [1.0]}),
        SAME._replace(losses={0: [1.0, math.nan], 1: [2.0, 0.25]}),
        SAME._replace(parameters={0: ["a", "c"], 1: ["a", "b"]}),
    ],
)
def test_a_missing_rank_a_missing_step_or_other_weights_are_differences(other: TrainingRecord) -> None:
    assert not all(is_equal(rank, 0) for rank in compare(SAME, other, 0))


def test_two_losses_that_are_no_number_are_the_same() -> None:
    lost = SAME._replace(losses={0: [math.nan]})
    assert compare(lost, lost, 0)[0].parts_at == ""


def test_the_table_has_a_line_for_each_rank() -> None:
    assert table([RankComparison(0, 12, "", "equal"), RankComparison(1, 12, "loss 3: 1.0 and 2.0", "differ")]).splitlines() == [
        "rank  losses  first difference     final weights",
        "0     12      none                 equal",
        "1     12      loss 3: 1.0 and 2.0  differ",
    ]


def test_a_copy_of_a_project_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    for name in ("a.py", "data/b.txt", ".git/c", "env/pyvenv.cfg", "wandb/d"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text("x")
    (tmp_path / "project/large.bin").write_bytes(b"x" * scratch.LARGE)
    scratch_copy(tmp_path / "project", tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy").rglob("*")) == ["a.py", "b.txt", "data", "large.bin"]
    assert (tmp_path / "copy/large.bin").is_symlink()
    (tmp_path / "copy/a.py").write_text("y")
    assert (tmp_path / "project/a.py").read_text() == "x"


def test_a_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MANY", 3)
    for number in range(4):
        (tmp_path / str(number)).touch()
    with pytest.raises(TooMuch, match="project folder"):
        scratch_copy(tmp_path, tmp_path / "copy")


RECORDS = """
import json, os, time
def say(kind, value, rank=0):
    with open(os.path.join(os.environ["RAYLIFT_RECORD"], f"{rank}.jsonl"), "a") as file:
        file.write(json.dumps({"kind": kind, "rank": rank, "world": 2, "value": value}) + "\\n")
for rank in (0, 1):
    say("loss", (0.5).hex(), rank)
    say("parameters", "abc", rank)
"""


def watched(tmp_path: Path, program: str) -> TrainingRecord:
    return watch(WatchedTraining([sys.executable, "-c", program], tmp_path, os.environ, 2, 0.5), tmp_path / "record", None)


def test_a_training_is_read_back_by_rank(tmp_path: Path) -> None:
    assert watched(tmp_path, RECORDS) == TrainingRecord({0: [0.5], 1: [0.5]}, {0: ["abc"], 1: ["abc"]})


def test_processes_that_hang_after_their_end_are_ended(tmp_path: Path) -> None:
    program = RECORDS + "for rank in (0, 1): say('end', True, rank)\ntime.sleep(600)"
    assert watched(tmp_path, program).losses == {0: [0.5], 1: [0.5]}


@pytest.mark.parametrize("program", [RECORDS + "print('why'); raise SystemExit(3)", "print('why')"])
def test_a_training_that_fails_says_what_it_printed_last(tmp_path: Path, program: str) -> None:
    with pytest.raises(TrainingFailed, match="why"):
        watched(tmp_path, program)


def test_what_cannot_be_compared_is_told(raylift: Raylift, stand_in: object, tmp_path: Path) -> None:
    (tmp_path / "refused.py").write_bytes(REFUSED)
    (tmp_path / "plain.py").write_bytes(b"print(1)\n")
    assert raylift("verify", tmp_path / "missing.py").code == 2
    assert raylift("verify", tmp_path / "refused.py").code == 1
    assert "--lifted" in raylift("verify", tmp_path / "plain.py").err
    assert raylift("verify", tmp_path / "plain.py", "--lifted", tmp_path / "missing.py").code == 2


def test_without_a_gpu_both_sides_train_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAYLIFT_NUM_WORKERS", "9")
    environment = verify._environment(Request("verify", ("a.py",), use_gpu=False))
    assert environment["ACCELERATE_USE_CPU"] == "true"
    assert "RAYLIFT_NUM_WORKERS" not in environment
    assert "ACCELERATE_USE_CPU" not in training.recording(Path("x"), None)


def verified(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(EXAMPLE, folder / "train.py")
    command = [sys.executable, "-m", "raylift", "verify", "train.py", "-n", "2", "--no-use-gpu", *flags, "--", "--epochs", "1"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert (folder / "train.py").read_bytes() == EXAMPLE.read_bytes()
    assert not (folder / "sums-model").exists()
    return result


@pytest.mark.slow
@pytest.mark.ray
def test_the_example_trains_to_the_same_losses(tmp_path: Path) -> None:
    result = verified(tmp_path, "--steps", "3")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[1:3] == ["0     3       none              equal", "1     3       none              equal"]


@pytest.mark.slow
@pytest.mark.ray
def test_a_broken_lift_is_found_and_its_step_named(tmp_path: Path) -> None:
    lifted = subprocess.run(
        [sys.executable, "-m", "raylift", "rewrite", "-"], input=EXAMPLE.read_bytes(), capture_output=True, check=True
    )
    broken = lifted.stdout.replace(b"per_device_train_batch_size=8", b"per_device_train_batch_size=8, learning_rate=1e-3")
    (tmp_path / "broken.py").write_bytes(broken)
    result = verified(tmp_path, "--steps", "3", "--lifted", "broken.py")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "loss 2: " in result.stdout.splitlines()[1]
    assert "DIFFERENTLY" in result.stdout
