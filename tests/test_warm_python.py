"""The Python that starts with its imports done starts, takes signals and ends as any other does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # the server imports all that trains

PLACE = """
import json, os, sys, types
import beside
main = sys.modules["__main__"]
print(json.dumps({
    "name": __name__, "file": __file__, "is_main": vars(main) is globals(), "spec": main.__spec__, "argv": sys.argv, "first": sys.path[0],
    "folder": os.getcwd(), "environment": sorted(os.environ), "read": sys.stdin.read(), "beside": beside.NAME, "kind": type(main).__name__,
}))
print("told", file=sys.stderr)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/beside.py").write_text("NAME = 'neighbour'")
    return tmp_path


def run(python: str, folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(code)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "lib"), "MINE": "1"}
    command = [python, "script.py", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input="some text", capture_output=True, text=True, timeout=60)


def test_a_script_finds_itself_where_python_would_have_put_it(warm: str, folder: Path) -> None:
    by_python, by_warm = (run(python, folder, PLACE, "--x", "1") for python in (sys.executable, warm))
    places = [json.loads(ended.stdout) for ended in (by_python, by_warm)]
    for place in places:
        place["environment"] = set(place["environment"]) - {
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_",
            "LC_CTYPE",
        }  # the shell's and Python's own
    assert places[0] == places[1]
    assert by_warm.stderr == "told\n"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os._exit(4)", 4),
    ],
)
def test_it_ends_as_the_script_ends(warm: str, folder: Path, code: str, status: int) -> None:
    ended = run(warm, folder, code)
    assert ended.returncode == status, ended.stderr
    assert ("ZeroDivisionError" in ended.stderr) == ("1 / 0" in code)


def test_who_is_told_to_end_ends(warm: str, folder: Path) -> None:
    (folder / "wait.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(600)\n")
    with subprocess.Popen([warm, "wait.py"], cwd=folder, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "here\n"
        child.terminate()
        assert child.wait(timeout=60) == -15


def test_two_starts_draw_different_numbers_and_leave_modules_imported_once(warm: str, folder: Path) -> None:
    code = "import sys\nprint('torch' in sys.modules)\nimport random, numpy\nprint(random.random(), numpy.random.random())"
    first, second = (run(warm, folder, code).stdout.splitlines() for _ in range(2))
    assert first[0] == second[0] == "True"
    assert all(one != other for one, other in zip(first[1].split(), second[1].split(), strict=True))


def test_a_module_is_run_by_its_name(warm: str, folder: Path) -> None:
    ended = subprocess.run([warm, "-m", "json.tool", "--compact"], input='{"a": 1}', capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, '{"a":1}\n')
