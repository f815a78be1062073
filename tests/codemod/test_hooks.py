from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples/train.py").read_bytes()
SAFE = ("-c", "safe.directory=*")  # whoever owns the checkout
HEAVY = ("torch", "ray", "transformers", "accelerate", "numpy")

needs_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="pre-commit installs hooks from a git checkout"
)


RunHook = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git checkout of what lies here now, committed or not, from which pre-commit installs the hooks."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", *SAFE, "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "now"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def run_hook(checkout: Path, project: Path) -> RunHook:
    """Runs one of the hooks on the project; all of them have one environment, which is made once."""

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "run", hook, "--files", "train.py", "other.py"]
        environment = {**os.environ, "PRE_COMMIT_HOME": str(checkout.with_name("pre-commit-home"))}
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    hooks = "".join(f"      - id: {hook}\n" for hook in ("raylift", "raylift-check"))
    (project / ".pre-commit-config.yaml").write_text(f"repos:\n  - repo: {checkout}\n    rev: HEAD\n    hooks:\n{hooks}")
    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "train.py").write_bytes(EXAMPLE)
    (tmp_path / "other.py").write_bytes(b"print('hello')\n")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
@needs_checkout
def test_the_check_hook_fails_on_a_script_that_is_not_lifted(project: Path, run_hook: RunHook) -> None:
    result = run_hook("raylift-check")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "train.py:" in result.stdout
    assert (project / "train.py").read_bytes() == EXAMPLE


@pytest.mark.slow
@needs_checkout
def test_the_rewriting_hook_lifts_what_is_staged_and_passes_then(project: Path, run_hook: RunHook) -> None:
    assert "files were modified by this hook" in run_hook("raylift").stdout
    assert b"TorchTrainer" in (project / "train.py").read_bytes()
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    again = run_hook("raylift")
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
