"""What `run` and `verify` start: scripts and modules of a project, with all files that their lift changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.commands import both_trainings, run, run_module, verify
from raylift.commands.mirror import bring_back, import_roots, mirror, mirrored
from raylift.commands.program import path_of_module, program_outcome
from raylift.commands.typer_app import started
from raylift.request import Request
from raylift.verification.watched_training import TrainingRecord, WatchedTraining

MODULE = "from transformers import Trainer\n\n\ndef fit():\n    trainer = Trainer(1)\n    trainer.train()\n"
ENTRY = "from .work import fit\n\nif __name__ == '__main__':\n    fit()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose entry is started as a module."""
    for path, text in {
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "pkg/start.py": ENTRY,
        "pkg/work.py": MODULE,
        "pkg/__main__.py": ENTRY,
        "data/rows.txt": "1",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "path"), [("pkg.start", "pkg/start.py"), ("pkg", "pkg/__main__.py"), ("pkg.none", None), ("data", None)]
)
def test_a_module_is_found_as_python_finds_it(project: Path, module: str, path: str | None) -> None:
    assert path_of_module(module) == path


def test_a_module_below_src_is_found(project: Path) -> None:
    (project / "pkg").rename(project / "moved")
    (project / "src").mkdir()
    (project / "moved").rename(project / "src/pkg")
    assert path_of_module("pkg.start") == "src/pkg/start.py"


def test_a_program_is_lifted_with_what_it_trains_with(project: Path) -> None:
    changed = program_outcome(Request("run", ("pkg/start.py",))).changed
    assert {os.path.relpath(path, project.resolve()) for path in changed} == {"pkg/start.py", "pkg/work.py"}
    assert b"prepare_trainer(trainer)" in changed[str(project.resolve() / "pkg/work.py")]


def test_a_mirror_holds_the_new_text_and_links_to_all_else(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    root, to = str(project.resolve()), tmp_path_factory.mktemp("mirror")
    work = os.path.join(root, "pkg", "work.py")
    mirror(root, str(to), {work: b"lifted = 1\n"})
    assert (to / "pkg/work.py").read_bytes() == b"lifted = 1\n"
    assert (project / "pkg/work.py").read_text() == MODULE
    assert (to / "pkg/start.py").is_symlink()
    assert (to / "data/rows.txt").read_text() == "1"
    assert mirrored(work, root, str(to)) == str(to / "pkg/work.py")


def test_what_a_run_writes_beside_its_files_is_kept(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    root, to = str(project.resolve()), tmp_path_factory.mktemp("mirror")
    work = os.path.join(root, "pkg", "work.py")
    mirror(root, str(to), {work: b"lifted = 1\n"})
    (to / "pkg/out").mkdir()
    (to / "pkg/out/model.bin").write_text("weights")
    (to / "data/more.txt").write_text("2")
    bring_back(root, str(to), [work])
    assert (project / "pkg/out/model.bin").read_text() == "weights"
    assert (project / "data/more.txt").read_text() == "2"
    assert (project / "pkg/work.py").read_text() == MODULE


def test_a_package_is_imported_from_the_folder_that_holds_it(project: Path) -> None:
    assert import_roots([str(project / "pkg/work.py"), str(project / "pkg/start.py")]) == [str(project)]


def test_a_module_runs_from_its_folder_and_not_from_the_working_directory(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "pkg").mkdir(parents=True)
    (other / "pkg/__init__.py").touch()
    (other / "pkg/start.py").write_text("import sys\nprint(__name__, __package__, sys.argv[1:])\n")
    command = [sys.executable, run_module.__file__, str(other), "pkg.start", "--lr", "1"]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert ran.stdout == "__main__ pkg ['--lr', '1']\n"


@pytest.mark.parametrize("command", ["run", "verify"])
def test_a_module_that_is_not_there_is_wrong_usage(project: Path, raylift: Raylift, command: str) -> None:
    ran = raylift(command, "-m", "pkg.none", "--", "3")
    assert ran.code == 2
    assert "there is no module pkg.none here that can be run" in ran.err


@pytest.mark.parametrize("command", ["run", "verify"])
def test_neither_script_nor_module_is_wrong_usage(raylift: Raylift, command: str) -> None:
    assert raylift(command).code == 2


STAND_INS = {
    "transformers.py": "class Trainer:\n    def __init__(self, *a, **k): ...\n    def train(self): print('trained', self.prepared)\n    def add_callback(self, c): ...\n    prepared = False\n",
    "ray/__init__.py": "",
    "ray/train/__init__.py": "def ScalingConfig(**k): ...\n",
    "raylift_runtime/__init__.py": "",
    "raylift_runtime/torch.py": "class TorchTrainer:\n    def __init__(self, f, **k): self.fit = f\n",
    "raylift_runtime/transformers.py": "class RayTrainReportCallback: ...\n\ndef prepare_trainer(t):\n    t.prepared = True\n    return t\n",
}


@pytest.mark.parametrize("words", [["-m", "pkg.start"], ["-m", "pkg"], ["top.py"]])
def test_a_run_brings_the_lifted_modules_and_leaves_the_files_as_they_are(
    project: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    stack = tmp_path_factory.mktemp("stack")
    for path, text in STAND_INS.items():
        (stack / path).parent.mkdir(parents=True, exist_ok=True)
        (stack / path).write_text(text)
    (project / "top.py").write_text("from pkg.work import fit\n\nif __name__ == '__main__':\n    fit()\n")
    monkeypatch.setenv("PYTHONPATH", str(stack))
    monkeypatch.setattr(run, "missing_packages", lambda: "")
    before = {path: path.read_bytes() for path in project.rglob("*.py")}
    request, arguments = started(
        "run", None if words[0] == "-m" else words[0], [], {"module": words[1]} if words[0] == "-m" else {}
    )
    assert run.run_lifted(request, arguments) == 0
    assert "trained True" in capfd.readouterr().out
    assert {path: path.read_bytes() for path in project.rglob("*.py")} == before


@pytest.mark.parametrize(("module", "start"), [("pkg.start", ["-m", "pkg.start"]), (None, ["pkg/start.py"])])
def test_both_trainings_of_a_module_start_in_copies_of_their_own(
    project: Path, monkeypatch: pytest.MonkeyPatch, module: str | None, start: list[str]
) -> None:
    seen: list[tuple[list[str], str, str]] = []

    def watch(training: WatchedTraining, record: Path, steps: int | None) -> TrainingRecord:
        seen.append((training.command, training.environment.get("PYTHONPATH", ""), (training.folder / "pkg/work.py").read_text()))
        return TrainingRecord({0: [1.0]}, {0: ["a"]})

    monkeypatch.setattr(both_trainings, "watch", watch)
    monkeypatch.setattr(verify, "missing_packages", lambda: "")
    assert verify.verify(Request("verify", ("pkg/start.py",), module=module, use_gpu=False), ["--lr", "1"]) == 0
    (first, roots, original), (second, lifted_roots, lifted) = seen
    assert first[-len(start) - 2 :] == second[-len(start) - 2 :] == [*start, "--lr", "1"]
    assert original == MODULE
    assert "prepare_trainer(trainer)" in lifted
    assert roots.endswith("/original")
    assert lifted_roots.endswith("/lifted")
    assert (project / "pkg/work.py").read_text() == MODULE
