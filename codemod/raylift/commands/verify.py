"""`raylift verify`: trains a script or a notebook before and after its lift and compares every loss on every rank."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from raylift.commands.both_trainings import ranks_of, train_lifted, train_original, uses_gpu
from raylift.commands.check_diff_rewrite import exit_code
from raylift.commands.program import program_outcome
from raylift.commands.run import missing_packages
from raylift.commands.run_notebook import missing_for_notebooks
from raylift.output.console import Console, complain, put
from raylift.pipeline.delivery import new_code
from raylift.pipeline.file_settings import settings_of
from raylift.project import files
from raylift.project.discovery import is_notebook_path
from raylift.request import Request
from raylift.verification.comparison import compare, is_equal, table
from raylift.verification.scratch_copy import TooMuch
from raylift.verification.watched_training import TrainingFailed


def verify(request: Request, arguments: list[str]) -> int:
    """Train both, print a line a rank, and return 0 only where they are equal."""
    (script,) = request.paths
    if missing := missing_packages() or _unfit_for_notebook(script, arguments):
        complain(missing)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="raylift-verify-") as name:
            folder = Path(name)
            changed, answer = _lifted_files(_as_trained(request, folder))
            if not changed:
                return answer
            original = train_original(request, arguments, folder)
            if is_notebook_path(script) and len(original.losses) != ranks_of(request):  # it has started as many itself
                request = request._replace(num_workers=len(original.losses))
                changed = changed if request.lifted else program_outcome(_as_trained(request, folder)).changed
            lifted = train_lifted(request, changed, arguments, folder)
    except (TooMuch, TrainingFailed) as error:
        complain(str(error))
        return 2
    ranks = compare(original, lifted, request.tolerance)
    put(sys.stdout, table(ranks))
    equal = all(is_equal(rank, request.tolerance) for rank in ranks)
    put(sys.stdout, f"raylift: {script} trains {'to the same losses' if equal else 'DIFFERENTLY'} after its lift\n")
    return 0 if equal else 1


def _unfit_for_notebook(script: str, arguments: list[str]) -> str:
    if not is_notebook_path(script):
        return ""
    return missing_for_notebooks() or (f"{script}: a notebook takes no arguments" if arguments else "")


def _as_trained(request: Request, folder: Path) -> Request:
    """The request with what a script for stock Ray must say itself, where the bundled runtime is told by the environment."""
    if settings_of(request, request.paths[0]).target.reruns_script:
        return request
    return request._replace(num_workers=ranks_of(request), use_gpu=uses_gpu(request), storage_path=str(folder / "storage"))


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
