"""A training before and after its lift, each in a copy of the project, and watched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from raylift.commands.mirror import import_roots
from raylift.commands.run_notebook import PROGRAM
from raylift.output.console import put
from raylift.project.discovery import is_notebook_path
from raylift.request import Request
from raylift.verification.scratch_copy import scratch_copy
from raylift.verification.watched_training import TrainingFailed, TrainingRecord, WatchedTraining, watch

TORCHRUN_GRACE_S = 3
"""Seconds; gloo may abort, or wait for ever, while a process that trained to its end takes its process group down."""
RAY_GRACE_S = 120
"""Seconds; the driver still collects the last checkpoint and ends its cluster."""
NOTEBOOK_GRACE_S = 3600
"""Seconds; the cells behind the training have still to run, and the kernel ends whatever happens in them."""


def ranks_of(request: Request) -> int:
    """How many processes train on each side: two, of a notebook one, unless the user says otherwise."""
    if request.num_workers is None:
        return 1 if is_notebook_path(request.paths[0]) else 2
    return max(1, request.num_workers)


def uses_gpu(request: Request) -> bool:
    """Whether both sides train on GPUs: where there are any, unless the user says otherwise."""
    return os.path.exists("/dev/nvidiactl") if request.use_gpu is None else request.use_gpu


def train_original(request: Request, arguments: list[str], folder: Path) -> TrainingRecord:
    """Train the program as it is, under torchrun; a notebook that is to train in one process, or starts others itself, in a kernel."""
    script, ranks = Path(request.paths[0]), ranks_of(request)
    is_notebook = is_notebook_path(script.name)
    is_alone = is_notebook and (ranks == 1 or b"notebook_launcher" in script.read_bytes())
    under = "in a kernel" if is_alone else f"under torchrun with {ranks} {'kernels' if is_notebook else 'processes'}"
    put(sys.stderr, f"raylift: training {script} as it is, {under}\n")
    torchrun = [] if is_alone else ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"]
    project = folder / "original"
    copy = _project_copy(script, project)
    command = [sys.executable, *torchrun, *_start(request, copy), *arguments]
    variables = _importing(request, project, copy, arguments)
    training = WatchedTraining(command, project, variables, 1 if is_alone else ranks, TORCHRUN_GRACE_S)
    return _watched(training, folder / "original-record", request, "the original")


def train_lifted(request: Request, changed: dict[str, bytes], arguments: list[str], folder: Path) -> TrainingRecord:
    """Train the program with the files that change with it, by their real paths, on Ray workers."""
    script, ranks = Path(request.paths[0]), ranks_of(request)
    put(sys.stderr, f"raylift: training it lifted, on {ranks} Ray worker{'s' * (ranks > 1)}\n")
    lifted = folder / "lifted"
    copy = _project_copy(script, lifted)
    project = script.resolve().parents[len(copy.parts) - 1]
    for path, code in changed.items():
        if not Path(path).is_relative_to(project):
            raise TrainingFailed(f"{path} changes with the {_kind(script)}: run verify in a folder that holds both")
        (lifted / Path(path).relative_to(project)).write_bytes(code)
    variables = {
        **_importing(request, lifted, copy, arguments),
        "RAYLIFT_NUM_WORKERS": str(ranks),
        "RAYLIFT_USE_GPU": str(int(uses_gpu(request))),
        "RAYLIFT_STORAGE_PATH": str(folder / "storage"),
    }
    command = [sys.executable, *_start(request, copy), *arguments]
    training = WatchedTraining(command, lifted, variables, ranks, RAY_GRACE_S)
    return _watched(training, folder / "lifted-record", request, f"the lifted {_kind(script)}")


def _kind(script: Path) -> str:
    return "notebook" if is_notebook_path(script.name) else "script"


def _start(request: Request, copy: Path) -> list[str]:
    """What Python is to run: a module, a script, or a notebook's cells in their folder."""
    if is_notebook_path(copy.name):
        return [PROGRAM, str(copy), str(copy.parent)]
    return ["-m", request.module] if request.module else [str(copy)]


def _importing(request: Request, project: Path, copy: Path, arguments: list[str]) -> dict[str, str]:
    """The environment in which a module, or what a script of a package imports, is that of the copy."""
    uses_deepspeed = b"deepspeed" in (project / copy).read_bytes().lower() or "--deepspeed" in arguments
    variables = environment(request, uses_deepspeed=uses_deepspeed)
    root = import_roots([str(project / copy)])[0]
    if not request.module and root == str((project / copy).parent):
        return variables
    return {**variables, "PYTHONPATH": os.pathsep.join([root, *filter(None, [variables.get("PYTHONPATH")])])}


def _watched(training: WatchedTraining, record: Path, request: Request, name: str) -> TrainingRecord:
    if is_notebook_path(request.paths[0]):
        training = training._replace(grace_s=NOTEBOOK_GRACE_S, may_fail_at_last=request.steps is not None)
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


def environment(request: Request, *, uses_deepspeed: bool) -> dict[str, str]:
    """This process's environment without what would steer a Ray worker, and with the CPU where there is to be no GPU.

    Told of the CPU by a variable, Accelerate would leave DeepSpeed out: a script that shards with it says so itself.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    if uses_gpu(request):
        return inherited
    told = {"DS_ACCELERATOR": "cpu"} if uses_deepspeed else {"ACCELERATE_USE_CPU": "true"}
    return {**inherited, **told, "CUDA_VISIBLE_DEVICES": ""}
