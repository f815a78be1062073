"""`raylift verify`: trains a script before and after its lift and compares every loss on every rank."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from raylift.commands.check_diff_rewrite import exit_code
from raylift.commands.mirror import import_roots
from raylift.commands.program import program_outcome
from raylift.commands.run import missing_packages
from raylift.output.console import Console, complain, put
from raylift.pipeline.delivery import new_code
from raylift.pipeline.file_settings import settings_of
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
            changed, answer = _lifted_files(_as_trained(request, folder))
            if not changed:
                return answer
            original, lifted = _train_both(request, Path(script), changed, arguments, Path(folder))
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


def _lifted_files(request: Request) -> tuple[dict[str, bytes], int]:
    """What to compare with, by its real path, or nothing and the exit code that says why."""
    (script,) = request.paths
    try:
        files.read_file(script)
        if request.lifted is not None:
            return {os.path.realpath(script): files.read_file(request.lifted)}, 0
    except files.BadInput as error:
        complain(f"{request.lifted or script}: {error}")
        return {}, 2
    looked, changed = program_outcome(request)
    Console(request).tell(script, looked.outcome)
    code = new_code(looked.outcome)
    if code is None and (answer := exit_code("verify", looked.outcome)):
        return {}, answer
    if code is None:
        complain(f"{script} needs no lift; give the script as it was before, and this one with --lifted")
        return {}, 2
    return changed, 0


def _train_both(
    request: Request, script: Path, changed: dict[str, bytes], arguments: list[str], folder: Path
) -> tuple[TrainingRecord, TrainingRecord]:
    ranks = _ranks(request)
    put(sys.stderr, f"raylift: training {script} as it is, under torchrun with {ranks} processes\n")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"]
    copy = _project_copy(script, folder / "original")
    start = ["-m", request.module] if request.module else [str(copy)]
    before = WatchedTraining(
        [*torchrun, *start, *arguments],
        folder / "original",
        _importing(request, folder / "original", copy, arguments),
        ranks,
        TORCHRUN_GRACE_S,
    )
    original = _watched(before, folder / "original-record", request, "the original")
    put(sys.stderr, f"raylift: training it lifted, on {ranks} Ray workers\n")
    copy = _project_copy(script, folder / "lifted")
    project = script.resolve().parents[len(copy.parts) - 1]
    for path, code in changed.items():
        if not Path(path).is_relative_to(project):
            raise TrainingFailed(f"{path} changes with the script: run verify in a folder that holds both")
        (folder / "lifted" / Path(path).relative_to(project)).write_bytes(code)
    environment = {
        **_importing(request, folder / "lifted", copy, arguments),
        "RAYLIFT_NUM_WORKERS": str(ranks),
        "RAYLIFT_USE_GPU": str(int(_uses_gpu(request))),
        "RAYLIFT_STORAGE_PATH": str(folder / "storage"),
    }
    after = WatchedTraining([sys.executable, *start, *arguments], folder / "lifted", environment, ranks, RAY_GRACE_S)
    return original, _watched(after, folder / "lifted-record", request, "the lifted script")


def _importing(request: Request, project: Path, copy: Path, arguments: list[str]) -> dict[str, str]:
    """The environment in which a module, or what a script of a package imports, is that of the copy."""
    uses_deepspeed = b"deepspeed" in (project / copy).read_bytes().lower() or "--deepspeed" in arguments
    variables = _environment(request, uses_deepspeed=uses_deepspeed)
    root = import_roots([str(project / copy)])[0]
    if not request.module and root == str((project / copy).parent):
        return variables
    return {**variables, "PYTHONPATH": os.pathsep.join([root, *filter(None, [variables.get("PYTHONPATH")])])}


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


def _environment(request: Request, *, uses_deepspeed: bool) -> dict[str, str]:
    """This process's environment without what would steer a Ray worker, and with the CPU where there is to be no GPU.

    Told of the CPU by a variable, Accelerate would leave DeepSpeed out: a script that shards with it says so itself.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    if _uses_gpu(request):
        return inherited
    told = {"DS_ACCELERATOR": "cpu"} if uses_deepspeed else {"ACCELERATE_USE_CPU": "true"}
    return {**inherited, **told, "CUDA_VISIBLE_DEVICES": ""}


def _uses_gpu(request: Request) -> bool:
    return os.path.exists("/dev/nvidiactl") if request.use_gpu is None else request.use_gpu
