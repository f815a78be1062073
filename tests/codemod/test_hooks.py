from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples/train.py").read_bytes()
HEAVY = ("torch", "ray", "transformers", "accelerate", "numpy")

needs_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="pre-commit installs hooks from a git checkout"
)


def try_hook(hook: str, project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--files", "train.py", "other.py"]
    environment = {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory"}
    environment["GIT_CONFIG_VALUE_0"] = "*"
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "train.py").write_bytes(EXAMPLE)
    (tmp_path / "other.py").write_bytes(b"print('hello')\n")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
@needs_checkout
def test_the_check_hook_fails_on_a_script_that_is_not_lifted(project: Path) -> None:
    result = try_hook("raylift-check", project)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "train.py:" in result.stdout
    assert (project / "train.py").read_bytes() == EXAMPLE


@pytest.mark.slow
@needs_checkout
def test_the_rewriting_hook_lifts_what_is_staged_and_passes_then(project: Path) -> None:
    assert "files were modified by this hook" in try_hook("raylift", project).stdout
    assert b"TorchTrainer" in (project / "train.py").read_bytes()
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    again = try_hook("raylift", project)
    assert again.returncode == 0, again.stdout + again.stderr


def test_the_hooks_environment_holds_nothing_heavy() -> None:
    waiting, found = ["raylift"], set[str]()
    while waiting:
        package = waiting.pop()
        for line in metadata.requires(package) or ():
            requirement = Requirement(line)
            if requirement.name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
                found.add(requirement.name)
                waiting.append(requirement.name)
    assert {"libcst", "typer", "rich"} <= found
    assert not found & set(HEAVY)
