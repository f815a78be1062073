"""One training that is watched: what every rank computed in it, read back from the record that it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple


class WatchedTraining(NamedTuple):
    """A training to watch: its command, the folder it runs in, and how many ranks it has.

    `grace_s` is how many seconds its processes may take to end once the script has come to its end on every rank, and whether
    they end well is left open where it `may_fail_at_last`.
    """

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    ranks: int
    grace_s: float
    may_fail_at_last: bool = True


class TrainingRecord(NamedTuple):
    """What a training did: by rank its losses, and a hash of its parameters after each optimizer step."""

    losses: dict[int, list[float]]
    parameters: dict[int, list[str]]


class TrainingFailed(Exception):
    """A training did not come to its end; the message is the end of what it printed."""


def watch(training: WatchedTraining, record: Path, steps: int | None) -> TrainingRecord:
    """Run a training to its end, or to `steps` optimizer steps, and read what it did; raises TrainingFailed."""
    record.mkdir()
    log = record.with_suffix(".log")
    environment = {**training.environment, **recording(record, steps)}
    status = _run(training, environment, log, lambda: _has_ended(record, training.ranks))
    trained = _read(record)
    is_over = training.may_fail_at_last and _has_ended(record, training.ranks)
    if (status and not is_over) or not trained.losses:
        raise TrainingFailed(_end_of(log) if status else f"nothing was trained through accelerate\n{_end_of(log)}")
    return trained


def recording(record: Path, steps: int | None) -> dict[str, str]:
    """The environment that makes a training leave a record, on Ray workers too, and compute alike on every side."""
    import importlib.util

    runtime = importlib.util.find_spec("raylift_runtime")
    assert runtime is not None
    assert runtime.submodule_search_locations is not None
    path = os.path.join(runtime.submodule_search_locations[0], "recorder")
    told = {
        "RAYLIFT_RECORD": str(record),
        "RAYLIFT_RECORD_STEPS": str(steps or ""),
        "PYTHONPATH": os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH")])),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
    }
    return {**told, "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps({"runtime_env": {"env_vars": told}})}


def _run(training: WatchedTraining, environment: Mapping[str, str], log: Path, has_ended: Callable[[], bool]) -> int:
    with log.open("wb") as out:
        child = subprocess.Popen(
            training.command,
            cwd=training.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        patience = training.grace_s
        try:
            while child.poll() is None and patience > 0:
                time.sleep(0.25)
                patience -= 0.25 * has_ended()
        finally:
            if child.poll() is None:
                child.terminate()  # torchrun and Ray's driver end their own children
    return child.wait()


def _has_ended(record: Path, ranks: int) -> bool:
    """Whether the script came to its end on every rank, whatever became of the processes."""
    lasts = [_last_line(file) for file in record.glob("*.jsonl")]
    return sum(bool(last.get("kind") == "end" and last["value"]) for last in lasts) >= ranks


def _last_line(file: Path) -> dict[str, Any]:
    lines = file.read_bytes().splitlines()
    try:
        last: dict[str, Any] = json.loads(lines[-1])
        return last
    except (ValueError, IndexError):  # it is being written
        return {}


def _read(record: Path) -> TrainingRecord:
    trained = TrainingRecord({}, {})
    for line in (json.loads(text) for file in sorted(record.glob("*.jsonl")) for text in file.read_text().splitlines()):
        if line["kind"] == "loss":
            trained.losses.setdefault(line["rank"], []).append(float.fromhex(line["value"]))
        elif line["kind"] == "parameters":
            trained.parameters.setdefault(line["rank"], []).append(line["value"])
    return trained


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
