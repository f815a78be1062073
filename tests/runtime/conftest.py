"""A way to run code as a script of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.runtime.losses import ORIGINAL, recorded, torchrun

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """It is the codemod whose coverage is measured."""
    item.add_marker("no_cover")


def script_runner(folder: Path, python: str = sys.executable) -> RunScript:
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
        if python != sys.executable:  # the workers, too, run by it
            settings["RAY_JOB_CONFIG_JSON_ENV_VAR"] = json.dumps({"runtime_env": {"py_executable": python}})
        command = [python, script.name, *arguments]
        ended = subprocess.run(command, cwd=folder, env={**kept, **settings}, capture_output=True, text=True, timeout=600)
        assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
        return ended

    return run


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tiny models train faster so, above all where other tests run beside."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def original_losses(warm: str, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The losses of each of two ranks of the original under torchrun."""
    folder = tmp_path_factory.mktemp("original")
    torchrun(folder, ORIGINAL, "before", warm)
    losses = recorded(folder, "before")
    assert [len(each) for each in losses] == [6, 6]
    return losses


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """Runs Python code as a script of its own, in a folder of its own."""
    return script_runner(tmp_path)
