"""Trains a script before and after its lift, and reads back what every rank did."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDER = Path(__file__).parents[2] / "runtime/raylift_runtime/recorder"
WEIGHTS = (".safetensors", ".pt", ".bin")
PRIVATE = ("optimizer", "scheduler", "rng_state", "random_states", "training_args", "scaler")
ALIKE = {
    "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", "PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1",
    "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),  # DeepSpeed compiles with the ninja beside Python
}  # fmt: skip
TIMEOUT_S = 600
GRACE_S = 3
IS_OF_THE_MOMENT = re.compile(r"/__pycache__/|/events\.out\.tfevents\.")  # TensorBoard's files have the time in their names
NOT_TRAVELLING = ("before.py", "after.py", "notices.txt", "args.txt", "__pycache__")


class TrainingFailed(AssertionError):
    """A script did not train to its end; says what it printed last."""


@dataclass(frozen=True)
class Run:
    """What a run did: per rank its losses and a hash of its parameters after each step; and which files it left.

    `told` is everything that it printed and wrote as text, `reports` the lines of metrics that reached Ray.
    """

    losses: dict[int, list[str]]
    parameters: dict[int, list[str]]
    worlds: set[int]
    processes: int
    files: set[str]
    weights: dict[str, str]
    told: str
    reports: list[dict[str, Any]] = field(default_factory=list)


def train_original(script: Path, args: Sequence[str], n: int, folder: Path, python: str = sys.executable) -> Run:
    """Train the script as it is, under torchrun with `n` processes, in a fresh copy of its folder; all of it by this Python."""
    copy = _copy_beside(script, folder)
    copy.write_bytes(script.read_bytes())
    torchrun = [python, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={n}"]
    return _train([*torchrun, copy.name, *args], folder, {}, n, trust_status=False)


def train_lifted(
    code: bytes, script: Path, args: Sequence[str], n: int, folder: Path, address: str, python: str = sys.executable
) -> Run:
    """Train the lifted code on the Ray cluster at `address`, in a fresh copy of its original's folder; the workers, too, by this Python."""
    copy = _copy_beside(script, folder)
    copy.write_bytes(code)
    environment = {"RAY_ADDRESS": address, "RAYLIFT_STORAGE_PATH": str(folder.parent / "storage")}
    return _train([python, copy.name, *args], folder, environment, n, trust_status=True)


def differences(before: Run, after: Run, n: int) -> list[str]:
    """Everything that is not the same, in sentences; empty where two runs of `n` ranks are equal bit for bit."""
    found = []
    for name, run in (("original", before), ("lifted", after)):
        if sorted(run.losses) != list(range(n)) or run.worlds != {n} or run.processes != n:
            found.append(f"{name}: ranks {sorted(run.losses)} of worlds {run.worlds} in {run.processes} processes")
    for what in ("losses", "parameters"):
        first, second = getattr(before, what), getattr(after, what)
        for rank in sorted({*first, *second}):
            found += _first_difference(f"{what} of rank {rank}", first.get(rank, []), second.get(rank, []))
    found += [f"{file}: not written" for file in sorted(before.files - after.files)]
    found += [f"{file}: other weights" for file, seen in before.weights.items() if after.weights.get(file, seen) != seen]
    return found


def untold(reports: list[dict[str, Any]], original: Run) -> list[tuple[str, float]]:
    """The reported values that the original neither printed nor logged, as exactly as it did, nor trained on as a loss."""
    numbers = set(re.findall(r"\d+\.\d+(?:e[+-]?\d+)?", original.told))
    losses = {float.fromhex(loss) for loss in original.losses[0]}
    values = [(name, value) for line in reports for name, value in line.items() if isinstance(value, float)]
    return [(name, value) for name, value in values if value not in losses and not any(_says(n, value) for n in numbers)]


def _says(number: str, value: float) -> bool:
    decimals = len(number.partition(".")[2].partition("e")[0])
    return round(value, decimals) == float(number) or f"{value:.{decimals}e}" == number or str(value) == number


def _first_difference(what: str, first: list[str], second: list[str]) -> list[str]:
    if first == second:
        return []
    for step, (x, y) in enumerate(zip(first, second, strict=False)):
        if x != y:
            return [f"{what} differ at step {step}: {x} and {y}"]
    return [f"{what}: {len(first)} and {len(second)} of them"]


def _copy_beside(script: Path, folder: Path) -> Path:
    shutil.copytree(script.parent, folder, ignore=shutil.ignore_patterns(*NOT_TRAVELLING))
    return folder / "train.py"


def _train(command: list[str], folder: Path, extra: dict[str, str], n: int, trust_status: bool) -> Run:
    given = set(folder.rglob("*"))
    record = folder.parent / f"{folder.name}-record"
    record.mkdir()
    # gloo may abort, or wait for ever, while a process that trained to its end takes its process group down
    ended = (lambda: False) if trust_status else (lambda: _ended(record, n))
    says_cpu = "use_cpu=True" in (folder / "train.py").read_text(encoding="utf-8")
    status, output = _execute(command, folder, {**recorded_environment(record, command[0], says_cpu), **extra}, ended)
    if status != 0 and not ended():
        raise TrainingFailed(f"{' '.join(command)} ended with {status}\n{output[-6000:]}")
    return read_run(record, output, folder, given)


def environment_of_all() -> dict[str, str]:
    """What every training finds in its environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    return {
        **inherited,
        **ALIKE,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",  # as the cluster that a `ray.init` without an address starts
    }


def recorded_environment(record: Path, python: str, says_cpu: bool = False) -> dict[str, str]:
    """What makes a training leave its record. A script that itself says that it trains on CPUs is not told so: told, Accelerate would leave DeepSpeed out."""
    told = {"ACCELERATE_USE_CPU": "false"} if says_cpu else {}
    recorded = {**ALIKE, **told, "RAYLIFT_RECORD": str(record), "PYTHONPATH": str(RECORDER)}
    # the environment of a job's workers, whatever the cluster was started with and the script sends along
    job = {"runtime_env": {"env_vars": recorded, "py_executable": python}}
    return {**environment_of_all(), **recorded, "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps(job)}


def _execute(command: list[str], folder: Path, environment: dict[str, str], ended: Callable[[], bool]) -> tuple[int, str]:
    log = folder.parent / f"{folder.name}.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        limit = time.monotonic() + TIMEOUT_S
        while child.poll() is None and time.monotonic() < limit:
            time.sleep(0.1)
            if ended():
                limit = min(limit, time.monotonic() + GRACE_S)
        if child.poll() is None:
            child.terminate()  # torchrun ends its own children, which are in sessions of their own
            child.wait()
    return child.returncode, log.read_text(errors="replace")


def _lines(record: Path) -> list[list[dict[str, Any]]]:
    """What each process that trained has recorded."""
    processes = [[json.loads(line) for line in file.read_text().splitlines()] for file in sorted(record.iterdir())]
    return [lines for lines in processes if any(line["kind"] == "loss" for line in lines)]


def _ended(record: Path, n: int) -> bool:
    """Whether the script came to its end in all `n` processes, whatever became of the processes."""
    ends = [[line["value"] for line in lines if line["kind"] == "end"] for lines in _lines(record)]
    return len(ends) == n and all(values and all(values) for values in ends)


def read_run(record: Path, output: str, folder: Path, given: set[Path]) -> Run:
    """What a training did, from its record and from what lies in its folder that was not `given`."""
    trained = _lines(record)
    kinds: dict[str, dict[int, list[str]]] = {"loss": {}, "parameters": {}}
    for line in (line for lines in trained for line in lines if line["kind"] in kinds):
        kinds[line["kind"]].setdefault(line["rank"], []).append(line["value"])
    written = {path for path in folder.rglob("*") if path.is_file() and not IS_OF_THE_MOMENT.search(str(path))} - given
    return Run(
        losses=kinds["loss"],
        parameters=kinds["parameters"],
        worlds={line["world"] for lines in trained for line in lines if line["kind"] == "loss"},
        processes=len(trained),
        files={str(path.relative_to(folder)) for path in written},
        weights={
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in written
            if path.suffix in WEIGHTS and not path.name.startswith(PRIVATE)
        },
        told=output + "".join(path.read_text() for path in sorted(written) if path.suffix in (".json", ".jsonl")),
        reports=[
            json.loads(line) for file in folder.parent.glob("storage/*/metrics.jsonl") for line in file.read_text().splitlines()
        ],
    )
