"""A worker of the tests' cluster is started as Ray starts it; what is not simple is left to Ray."""

from __future__ import annotations

import json
import os
import sys

import pytest
from tests.fidelity import worker_setup

WORKER = "/ray/workers/default_worker.py"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What this process would have become."""
    commands: list[list[str]] = []

    def become(program: str, command: list[str]) -> None:
        commands.append(command)
        raise SystemExit

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setenv("BASE", "/base")
    monkeypatch.setenv("HELD", "")
    return commands


def set_up(context: dict[str, object], language: str = "PYTHON") -> list[str]:
    arguments = [WORKER, "--node-id=1", f"--language={language}", f"--serialized-runtime-env-context={json.dumps(context)}"]
    with pytest.raises(SystemExit):
        worker_setup.main(arguments)
    return arguments


def test_a_worker_runs_by_its_python_with_its_variables(started: list[list[str]]) -> None:
    set_up({"env_vars": {"HELD": "${BASE}/x${NOT_THERE}"}, "py_executable": "/some/python", "command_prefix": []})
    assert started == [["/some/python", WORKER, "--node-id=1"]]
    assert os.environ["HELD"] == "/base/x"


def test_a_worker_without_an_environment_of_its_own_runs_by_this_python(started: list[list[str]]) -> None:
    set_up({})
    assert started == [[sys.executable, WORKER, "--node-id=1"]]


def test_what_needs_more_is_left_to_ray(started: list[list[str]]) -> None:
    given = [set_up({"command_prefix": ["conda", "activate", "x", "&&"]}), set_up({}, language="JAVA")]
    assert started == [[sys.executable, "/ray/workers/setup_worker.py", *each] for each in given]
