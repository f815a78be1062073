"""`raylift run`: lifts a script or a notebook, if need be, and becomes the process that trains it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile

from raylift.commands import replay, run_module
from raylift.commands.check_diff_rewrite import exit_code
from raylift.commands.mirror import bring_back, import_roots, mirror, mirrored
from raylift.commands.program import program_outcome
from raylift.commands.run_notebook import run_notebook
from raylift.output.console import Console, complain
from raylift.pipeline.delivery import is_done, new_code
from raylift.pipeline.file_outcome import FileOutcome
from raylift.pipeline.file_settings import settings_of
from raylift.project.discovery import is_notebook_path
from raylift.project.module_paths import project_root
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
        complain(f"{script}: run takes one script or notebook, and this is none")
        return 2
    if is_notebook_path(script):
        return run_notebook(request, arguments, environment(request))
    looked, changed = program_outcome(request)
    console.tell(script, looked.outcome)
    code = new_code(looked.outcome)
    if code is not None and (request.module or len(changed) > 1):
        return run_in_mirror(request, changed, arguments)
    if code is not None and not settings_of(request, script).target.reruns_script:
        return run_beside_its_modules(script, code, arguments, environment(request))
    if (command := command_line(looked, arguments, request.module)) is None:
        return exit_code("run", looked.outcome)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, environment(request))


def run_in_mirror(request: Request, changed: dict[str, bytes], arguments: list[str]) -> int:
    """Run an entry among its lifted modules, where Ray's workers can import them, in a mirror of the project that is taken down again."""
    (script,) = map(os.path.realpath, request.paths)
    root = project_root(os.path.dirname(script))
    with tempfile.TemporaryDirectory(prefix="raylift-") as folder:
        mirror(root, folder, changed)
        roots = [mirrored(each, root, folder) for each in import_roots(changed)]
        variables = environment(request)
        variables["PYTHONPATH"] = os.pathsep.join([*roots, *filter(None, [variables.get("PYTHONPATH")])])
        lifted = mirrored(script, root, folder)
        start = [run_module.__file__, import_roots([lifted])[0], request.module] if request.module else [lifted]
        try:
            return subprocess.run([sys.executable, *start, *arguments], env=variables, check=False).returncode
        finally:
            bring_back(root, folder, changed)


def run_beside_its_modules(script: str, code: bytes, arguments: list[str], variables: dict[str, str]) -> int:
    """Run a lifted script as a file of its own name, where stock Ray's workers can import it, among links to what lies beside it."""
    beside, name = os.path.split(os.path.realpath(script))
    with tempfile.TemporaryDirectory(prefix="raylift-") as folder:
        for other in os.listdir(beside):
            if other not in (name, "__pycache__"):
                os.symlink(os.path.join(beside, other), os.path.join(folder, other))
        lifted = os.path.join(folder, name)
        with open(lifted, "wb") as file:
            file.write(code)
        return subprocess.run([sys.executable, lifted, *arguments], env=variables, check=False).returncode


def missing_packages() -> str:
    """What training needs and this environment lacks, as a sentence with its remedy; empty where nothing is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    return f"training needs {', '.join(missing)}: pip install 'raylift[runtime]'" if missing else ""


def command_line(looked: FileOutcome, arguments: list[str], module: str | None = None) -> list[str] | None:
    """How to run what the script became, or None where it cannot be lifted; a script that needs nothing runs as it is."""
    script = looked.found.path
    if is_done(looked.outcome):
        return [sys.executable, *(["-m", module] if module else [script]), *arguments]
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
