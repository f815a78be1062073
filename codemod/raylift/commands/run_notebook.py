"""`raylift run` of a notebook: lifts it, if need be, and executes it in a kernel, cell by cell."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from raylift.commands.check_diff_rewrite import exit_code
from raylift.commands.mirror import bring_back, mirror, mirrored
from raylift.commands.program import program_outcome
from raylift.notebooks.shown_cells import cell_names
from raylift.output.console import Console, complain
from raylift.pipeline.delivery import is_done, new_code
from raylift.project.module_paths import project_root
from raylift.request import Request

PROGRAM = str(Path(__file__).with_name("execute_notebook.py"))
NEEDED = ("nbclient", "ipykernel")


def run_notebook(request: Request, arguments: list[str], variables: dict[str, str]) -> int:
    """Execute a notebook as it is once lifted, and show what its cells write; its file stays as it is."""
    (notebook,) = request.paths
    if missing := missing_for_notebooks() or (arguments and f"{notebook}: a notebook takes no arguments"):
        complain(missing)
        return 2
    console = Console(request)
    looked, changed = program_outcome(request)
    console.tell(notebook, looked.outcome)
    code = new_code(looked.outcome)
    if code is None and not is_done(looked.outcome):
        return exit_code("run", looked.outcome)
    if is_foreign(looked.source):
        complain(f"{notebook}: its kernel is not one of Python's, which is what run starts")
        return 2
    if len(changed) > 1:
        return _run_among(notebook, changed, cell_names(looked.source, changed[os.path.realpath(notebook)]), variables)
    names = [] if code is None else cell_names(looked.source, code)
    with tempfile.TemporaryDirectory(prefix="raylift-") as folder:
        lifted = Path(folder, os.path.basename(notebook))
        lifted.write_bytes(looked.source if code is None else code)
        return _execute([str(lifted), os.path.dirname(os.path.realpath(notebook)), *names], variables)


def missing_for_notebooks() -> str:
    """What executing a notebook needs and this environment lacks, as a sentence with its remedy; empty where nothing is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    return f"a notebook's kernel needs {' and '.join(missing)}: pip install 'raylift[notebook]'" if missing else ""


def is_foreign(source: bytes) -> bool:
    """Whether a notebook is for the kernel of another language."""
    from raylift.notebooks.document import NotANotebook, Notebook

    try:
        return Notebook(source).language.lower() not in ("python", "ipython")
    except NotANotebook:
        return True


def _run_among(notebook: str, changed: dict[str, bytes], names: list[str], variables: dict[str, str]) -> int:
    """Execute a notebook among its lifted modules, in a mirror of the project that is taken down again."""
    real = os.path.realpath(notebook)
    root = project_root(os.path.dirname(real))
    with tempfile.TemporaryDirectory(prefix="raylift-") as folder:
        mirror(root, folder, changed)
        lifted = mirrored(real, root, folder)
        try:
            return _execute([lifted, os.path.dirname(lifted), *names], variables)
        finally:
            bring_back(root, folder, changed)


def _execute(what: list[str], variables: dict[str, str]) -> int:
    """Run the program that executes a notebook; Ctrl-C is for it to answer."""
    with subprocess.Popen([sys.executable, PROGRAM, *what], env=variables) as program:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return program.wait()
        finally:
            signal.signal(signal.SIGINT, before)
