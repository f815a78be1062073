"""`raylift verify`: trains a script before and after its lift and compares every loss on every rank."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from raylift.commands.check_diff_rewrite import exit_code
from raylift.commands.run import missing_packages
from raylift.output.console import Console, complain, put
from raylift.pipeline.delivery import new_code
from raylift.pipeline.file_settings import settings_of
from raylift.pipeline.outcomes import file_outcomes
from raylift.project import files
from raylift.request import Request
from raylift.verification.comparison import compare, is_equal, table
from raylift.verification.scratch_copy import TooMuch, scratch_copy
from raylift.verification.watched_training import TrainingFailed, TrainingRecord, WatchedTraining, watch

TORCHRUN_GRACE_S = 3
"""Seconds; gloo may abort, or wait for ever, while a process that trained to its end takes its process group down."""
RAY_GRACE_S = 120
"""Seconds; the driver still collects the last checkpoint and ends its cluster."""


def verify(request: Request, arguments: list[str]) -> int:
    """Train both, print a line a rank, and return 0 only where they are equal."""
    (script,) = request.paths
    if missing := missing_packages():
        complain(missing)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="raylift-verify-") as folder:
            code, answer = _lifted_code(_as_trained(request, folder))
            if code is None:
                return answer
            original, lifted = _train_both(request, Path(script), code, arguments, Path(folder))
    except (TooMuch, TrainingFailed) as error:
        complain(str(error))
        return 2
    ranks = compare(original, lifted, request.tolerance)
    put(sys.stdout, table(ranks))
    equal = all(is_equal(rank, request.tolerance) for rank in ranks)
    put(sys.stdout, f"raylift: {script} trains {'to the same losses' if equal else 'DIFFERENTLY'} after its lift\n")
    return 0 if equal else 1


def _as_trained(request: Request, folder: str) -> Request:
    """The request with what a script for stock Ray must say itself, where the bundled runtime is told by the environment."""
    if settings_of(request, request.paths[0]).target.reruns_script:
        return request
    storage = os.path.join(folder, "storage")
    return request._replace(num_workers=_ranks(request), use_gpu=_uses_gpu(request), storage_path=storage)


def _ranks(request: Request) -> int:
    return 2 if request.num_workers is None else max(1, request.num_workers)


def _lifted_code(request: Request) -> tuple[bytes | None, int]:
    """What to compare with, or None and the exit code that says why there is nothing."""
    (script,) = request.paths
    try:
        files.read_file(script)
        if request.lifted is not None:
            return files.read_file(request.lifted), 0
    except files.BadInput as error:
        complain(f"{request.lifted or script}: {error}")
        return None, 2
    (looked,) = file_outcomes(request)
    Console(request).tell(script, looked.outcome)
    code = new_code(looked.outcome)
    if code is None and (answer := exit_code("verify", looked.outcome)):
        return None, answer
    if code is None:
        complain(f"{script} needs no lift; give the script as it was before, and this one with --lifted")
        return None, 2
    return code, 0


def _train_both(
    request: Request, script: Path, code: bytes, arguments: list[str], folder: Path
) -> tuple[TrainingRecord, TrainingRecord]:
    ranks = _ranks(request)
    put(sys.stderr, f"raylift: training {script} as it is, under torchrun with {ranks} processes\n")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"]
    copy = _project_copy(script, folder / "original")
    before = WatchedTraining(
        [*torchrun, str(copy), *arguments], folder / "original", _environment(request), ranks, TORCHRUN_GRACE_S
    )
    original = _watched(before, folder / "original-record", request, "the original")
    put(sys.stderr, f"raylift: training it lifted, on {ranks} Ray workers\n")
    copy = _project_copy(script, folder / "lifted")
    (folder / "lifted" / copy).write_bytes(code)
    environment = {
        **_environment(request),
        "RAYLIFT_NUM_WORKERS": str(ranks),
        "RAYLIFT_USE_GPU": str(int(_uses_gpu(request))),
        "RAYLIFT_STORAGE_PATH": str(folder / "storage"),
    }
    after = WatchedTraining([sys.executable, str(copy), *arguments], folder / "lifted", environment, ranks, RAY_GRACE_S)
    return original, _watched(after, folder / "lifted-record", request, "the lifted script")


def _watched(training: WatchedTraining, record: Path, request: Request, name: str) -> TrainingRecord:
    try:
        return watch(training, record, request.steps)
    except TrainingFailed as error:
        raise TrainingFailed(f"{name} did not train to its end\n{error}") from None


def _project_copy(script: Path, to: Path) -> Path:
    """Copy the working directory, or the script's folder where it lies elsewhere; returns the script's path in there."""
    here, file = Path.cwd(), script.resolve()
    project = here if file.is_relative_to(here) else file.parent
    scratch_copy(project, to)
    return file.relative_to(project)


def _environment(request: Request) -> dict[str, str]:
    """This process's environment without what would steer a Ray worker, and with the CPU where there is to be no GPU."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    return inherited if _uses_gpu(request) else {**inherited, "ACCELERATE_USE_CPU": "true", "CUDA_VISIBLE_DEVICES": ""}


def _uses_gpu(request: Request) -> bool:
    return os.path.exists("/dev/nvidiactl") if request.use_gpu is None else request.use_gpu
