from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from raylift.commands import replay

ORIGINAL = "raise SystemExit('the original ran')\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/train.py").write_text(ORIGINAL)
    (tmp_path / "project/beside.py").write_text("name = __name__\n")
    return tmp_path / "project"


def run(project: Path, lifted: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    text = project.parent / "lifted.py"
    text.write_text(lifted)
    command = [sys.executable, replay.__file__, "project/train.py", str(text), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, cwd=project.parent, check=False)
    assert not text.exists()
    assert sorted(path.name for path in project.iterdir() if path.name != "__pycache__") == ["beside.py", "train.py"]
    return result


def test_the_lifted_text_runs_under_its_originals_path(project: Path) -> None:
    result = run(project, "import sys, beside\nprint([__name__, __file__, sys.argv, beside.name])\n", "--lr", "1e-4")
    assert eval(result.stdout) == ["__main__", str(project / "train.py"), ["project/train.py", "--lr", "1e-4"], "beside"]


def test_none_of_our_modules_shadows_the_users(project: Path) -> None:
    assert run(project, "import sys, files\n").stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'files'"


def test_whoever_asks_for_the_source_gets_the_lifted_text(project: Path) -> None:
    lifted = (
        "import inspect, pickle, sys\n\ndef f():\n    return 1\n\n"
        "print(inspect.getsource(f) == 'def f():\\n    return 1\\n', pickle.loads(pickle.dumps(f)) is f)\n"
        "main = sys.modules['__main__']\nprint(b'inspect' in main.__loader__.get_data(__file__), main.f is f)\n"
    )
    assert run(project, lifted).stdout.split() == ["True"] * 4


def test_a_traceback_shows_the_lifted_lines_and_nothing_of_ours(project: Path) -> None:
    result = run(project, "\n\n1 / 0  # lifted\n")
    assert result.returncode == 1
    assert "1 / 0  # lifted" in result.stderr
    assert "the original ran" not in result.stderr
    assert "replay" not in result.stderr


def test_the_exit_code_is_the_scripts(project: Path) -> None:
    assert run(project, "import sys\nsys.exit(7)\n").returncode == 7
