"""Killed in a save, between a save and its report, and before its first report, a training ends with the weights of an undisturbed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

KINDS = ["looks", "only-model", "stream", "named"]


@pytest.fixture(scope="module")
def ended() -> dict[str, list[str]]:
    """What became of each kind of training: the undisturbed weights, those after the deaths, and their number."""
    command = [sys.executable, str(Path(__file__).with_name("forked_ranks.py")), *KINDS]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    lines = [line.split() for line in run.stdout.splitlines()]
    found = {line[0]: line[1:] for line in lines if line and line[0] in KINDS and len(line) == 4}
    assert sorted(found) == sorted(KINDS), run.stdout + run.stderr
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_five_deaths_around_the_first_checkpoint_change_nothing(kind: str, ended: dict[str, list[str]]) -> None:
    expected, weights, died = ended[kind]
    assert died == "5"
    assert weights == expected
