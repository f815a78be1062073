"""`raylift run`: lifts a script, if need be, and becomes the process that trains it."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile

from raylift.commands import replay
from raylift.commands.check_diff_rewrite import exit_code
from raylift.output.console import Console, complain
from raylift.pipeline.delivery import is_done, new_code
from raylift.pipeline.file_outcome import FileOutcome
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import Request

NEEDED = ("ray", "torch", "transformers", "accelerate")


def run_lifted(request: Request, arguments: list[str]) -> int:
    """Replace this process by the training run; returns, with an exit code, only where there is nothing to run."""
    console = Console(request)
    (script,) = request.paths
    if missing := missing_packages():
        complain(missing)
        return 2
    if not os.path.isfile(script):
        complain(f"{script}: run takes one script, and this is none")
        return 2
    (looked,) = file_outcomes(request)
    console.tell(script, looked.outcome)
    if (command := command_line(looked, arguments)) is None:
        return exit_code("run", looked.outcome)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, environment(request))


def missing_packages() -> str:
    """What training needs and this environment lacks, as a sentence with its remedy; empty where nothing is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    return f"training needs {', '.join(missing)}: pip install 'raylift[runtime]'" if missing else ""


def command_line(looked: FileOutcome, arguments: list[str]) -> list[str] | None:
    """How to run what the script became, or None where it cannot be lifted; a script that needs nothing runs as it is."""
    script = looked.found.path
    if is_done(looked.outcome):
        return [sys.executable, script, *arguments]
    if (code := new_code(looked.outcome)) is None:
        return None
    handle, lifted = tempfile.mkstemp(prefix="raylift-", suffix=".py")
    with open(handle, "wb") as file:
        file.write(code)
    return [sys.executable, replay.__file__, script, lifted, *arguments]


def environment(request: Request) -> dict[str, str]:
    """This process's environment with what the user chose; the runtime reads it even where the script says otherwise."""
    chosen = {
        "RAYLIFT_NUM_WORKERS": None if request.num_workers is None else str(request.num_workers),
        "RAYLIFT_USE_GPU": None if request.use_gpu is None else str(int(request.use_gpu)),
        "RAYLIFT_STORAGE_PATH": _absolute(request.storage_path),
        "RAY_ADDRESS": request.address,
    }
    return {**os.environ, **{name: value for name, value in chosen.items() if value is not None}}


def _absolute(storage: str | None) -> str | None:
    return storage if storage is None or "://" in storage else os.path.abspath(storage)
