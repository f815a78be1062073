from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codemod.conftest import LIFTED, TRAINS, UNRELATED
from tests.conftest import Raylift

from raylift.project import uncommitted as git

pytestmark = pytest.mark.usefixtures("stand_in")


@pytest.fixture(autouse=True)
def fresh_git() -> Iterator[None]:
    git.dirty_files.cache_clear()
    yield
    git.dirty_files.cache_clear()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    (tmp_path / "sub").mkdir()
    for name in ("clean.py", "sub/clean.py", "edited.py", "staged.py"):
        (tmp_path / name).write_bytes(TRAINS)
    run(tmp_path, "init", "-q")
    run(tmp_path, "add", ".")
    run(tmp_path, "-c", "user.name=me", "-c", "user.email=me@here", "commit", "-qm", "all")
    for name in ("edited.py", "staged.py"):
        (tmp_path / name).write_bytes(TRAINS + b"# more\n")
    (tmp_path / "new.py").write_bytes(TRAINS)
    run(tmp_path, "add", "staged.py")
    return tmp_path


def run(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_what_git_does_not_hold_yet_is_not_rewritten_in_place(repository: Path, raylift: Raylift) -> None:
    answer = raylift("rewrite", ".")
    assert answer.code == 2
    told = [line for line in answer.err.splitlines() if "not committed" in line]
    assert [line.partition(":")[0] for line in told] == ["edited.py", "new.py", "staged.py"]
    assert "--allow-dirty" in told[0]
    assert (repository / "clean.py").read_bytes() == (repository / "sub/clean.py").read_bytes() == LIFTED
    assert (repository / "edited.py").read_bytes().startswith(TRAINS)


@pytest.mark.parametrize("way", ["--allow-dirty", "-o", "hook", "check"])
def test_the_guard_stays_out_of_the_way(repository: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    flags = {"--allow-dirty": ["--allow-dirty"], "-o": ["-o", "out.py"]}.get(way, [])
    if way == "hook":
        monkeypatch.setenv("PRE_COMMIT", "1")
    answer = raylift("check" if way == "check" else "rewrite", "edited.py", *flags)
    assert "not committed" not in answer.err
    assert answer.code == (way == "check")


def test_a_work_tree_of_a_sub_folder_is_asked_itself(repository: Path, raylift: Raylift) -> None:
    inner = repository / "sub/inner"
    inner.mkdir()
    run(inner, "init", "-q")
    (inner / "a.py").write_bytes(TRAINS)
    assert "not committed" in raylift("rewrite", inner / "a.py").err


def test_without_the_git_program_there_is_nothing_to_guard(
    repository: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert raylift("rewrite", "edited.py").code == 0


def test_a_backup_is_kept_beside_and_never_overwritten(tmp_path: Path, raylift: Raylift) -> None:
    script = tmp_path / "a.py"
    script.write_bytes(TRAINS)
    script.chmod(0o750)
    (tmp_path / "a.py.bak").write_bytes(b"older")
    assert raylift("rewrite", "--backup", script).code == 0
    assert script.read_bytes() == LIFTED
    assert (tmp_path / "a.py.bak").read_bytes() == b"older"
    assert (tmp_path / "a.py.bak1").read_bytes() == TRAINS
    assert (tmp_path / "a.py.bak1").stat().st_mode & 0o777 == 0o750
    script.write_bytes(TRAINS)
    raylift("rewrite", "--backup", script)
    assert not (tmp_path / "a.py.bak2").exists()


@pytest.mark.parametrize(
    ("answers", "lifted"),
    [(b"y\nn\ny\n", "ac"), (b"n\na\n", "bc"), (b"q\n", ""), (b"y\nq\n", "a"), (b"", ""), (b"what?\n\nY\nn\nn\n", "a")],
)
def test_interactive_lifts_what_is_accepted(tmp_path: Path, raylift: Raylift, answers: bytes, lifted: str) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_bytes(TRAINS)
    (tmp_path / "d.py").write_bytes(UNRELATED)
    answer = raylift("rewrite", "-i", tmp_path, stdin=answers)
    assert answer.code == 0
    assert "+after = 1" in answer.out
    assert {name for name in "abc" if (tmp_path / f"{name}.py").read_bytes() == LIFTED} == set(lifted)


def test_interactive_cannot_ask_about_standard_input(raylift: Raylift) -> None:
    assert raylift("rewrite", "-i", "-").code == 2
