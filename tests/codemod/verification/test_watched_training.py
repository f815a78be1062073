"""A training is watched by rank, and ended where it does not end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from raylift.commands.both_trainings import environment
from raylift.request import Request
from raylift.verification import watched_training as training
from raylift.verification.watched_training import TrainingFailed, TrainingRecord, WatchedTraining, watch

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


def test_without_a_gpu_both_sides_train_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAYLIFT_NUM_WORKERS", "9")
    told = environment(Request("verify", ("a.py",), use_gpu=False), uses_deepspeed=False)
    assert told["ACCELERATE_USE_CPU"] == "true"
    assert "RAYLIFT_NUM_WORKERS" not in told
    assert "ACCELERATE_USE_CPU" not in training.recording(Path("x"), None)
