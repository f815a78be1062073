"""A way to run code as a script of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]


def script_runner(folder: Path) -> RunScript:
    """Runs Python code as a script of its own, with `arguments`, in this folder; fails where the script does."""

    def run(code: str, *arguments: str, fails: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        script = folder / "train.py"
        script.write_text(textwrap.dedent(code))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
        kept["PYTHONPATH"] = os.getcwd()  # so that a script can import what the tests share
        settings = {
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_AUTH_MODE": "token",
            "RAYLIFT_STORAGE_PATH": str(folder / "storage"),
            **environment,
        }
        command = [sys.executable, script.name, *arguments]
        ended = subprocess.run(command, cwd=folder, env={**kept, **settings}, capture_output=True, text=True, timeout=240)
        assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
        return ended

    return run


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """Runs Python code as a script of its own, in a folder of its own."""
    return script_runner(tmp_path)
