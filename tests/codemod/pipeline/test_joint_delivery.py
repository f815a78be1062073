"""Files that change together are written all or none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.project import files

ENTRY = "from work import fit\n\nif __name__ == '__main__':\n    fit()\n"
MODULE = "from transformers import Trainer\n\n\ndef fit():\n    trainer = Trainer(1)\n    trainer.train()\n"
HELD = "from accelerate import Accelerator\n\n\ndef fit():\n    accelerator = Accelerator()\n    if accelerator.is_main_process:\n        for epoch in range(3):\n            accelerator.backward(epoch)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An entry and the module that it trains with."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "start.py").write_text(ENTRY)
    (tmp_path / "work.py").write_text(MODULE)
    return tmp_path


def texts(project: Path) -> dict[str, str]:
    """What each file of a project holds."""
    return {path.name: path.read_text() for path in project.glob("*.py")}


def test_an_entry_and_its_module_are_lifted_together(project: Path, raylift: Raylift) -> None:
    run = raylift("rewrite", project)
    assert run.code == 0
    assert "TorchTrainer" in texts(project)["start.py"]
    assert "prepare_trainer(trainer)" in texts(project)["work.py"]
    assert run.err == "raylift: 2 lifted\n"


def test_where_one_file_cannot_be_written_none_is_changed(
    project: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = files.write_file

    def full(path: str, *rest: object) -> None:
        if path.endswith("work.py"):
            raise files.BadInput("cannot be written: no space left on device")
        write(path, *rest)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(files, "write_file", full)
    before = texts(project)
    run = raylift("rewrite", project)
    assert run.code == 2
    assert texts(project) == before
    assert f"{project}/work.py: cannot be written: no space left on device" in run.err
    assert f"{project}/start.py: left as it was, for {project}/work.py changes with it and could not be" in run.err


def test_where_one_file_has_uncommitted_changes_none_is_changed(project: Path, raylift: Raylift) -> None:
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    (project / "work.py").write_text(f"{MODULE}\n# more\n")
    before = texts(project)
    assert raylift("rewrite", project).code == 2
    assert texts(project) == before


def test_a_file_of_its_own_is_lifted_though_another_lift_fails(project: Path, raylift: Raylift) -> None:
    (project / "alone.py").write_text(f"{MODULE}\n\nfit()\n")
    os.chmod(project / "work.py", 0o400)
    before = texts(project)
    raylift("rewrite", project)
    after = texts(project)
    assert "TorchTrainer" in after["alone.py"]
    assert (after["start.py"], after["work.py"]) == (before["start.py"], before["work.py"])


def test_whoever_skips_one_file_of_a_lift_skips_it_whole(project: Path, raylift: Raylift) -> None:
    before = texts(project)
    raylift("rewrite", "--interactive", project, stdin=b"y\nn\n")
    assert texts(project) == before


@pytest.mark.parametrize("paths", [["."], ["start.py"], ["start.py", "work.py"], ["work.py", "start.py"]])
def test_an_entry_whose_module_needs_a_hand_is_refused_with_it(
    project: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch, paths: list[str]
) -> None:
    monkeypatch.chdir(project)
    (project / "work.py").write_text(HELD)
    before = texts(project)
    run = raylift("rewrite", *paths)
    assert run.code == 1
    assert texts(project) == before
    assert "start.py:1: RL308 it trains in work.py, which needs a hand in line 6 (RL311)" in run.err


def test_only_the_module_is_changed_where_only_it_is_given_and_its_starter_is_named(project: Path, raylift: Raylift) -> None:
    run = raylift("rewrite", project / "work.py")
    assert "prepare_trainer(trainer)" in texts(project)["work.py"]
    assert texts(project)["start.py"] == ENTRY
    assert "RL104 start.py starts this training and would launch its workers" in run.err
    assert "RL104" not in raylift("check", project / "start.py").out


def test_only_the_entry_is_changed_where_only_it_is_given_and_its_module_is_named(project: Path, raylift: Raylift) -> None:
    run = raylift("rewrite", project / "start.py")
    assert "TorchTrainer" in texts(project)["start.py"]
    assert texts(project)["work.py"] == MODULE
    assert "RL105 the training itself is in work.py" in run.err
    assert raylift("rewrite", project).code == 0
    assert "prepare_trainer(trainer)" in texts(project)["work.py"]


def test_a_diff_of_a_folder_is_one_patch_over_all_its_files(
    project: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    patch = raylift("diff", ".").out
    raylift("rewrite", ".")
    lifted = texts(project)
    (project / "start.py").write_text(ENTRY)
    (project / "work.py").write_text(MODULE)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=project, check=True)
    assert texts(project) == lifted


def test_a_library_is_connected_where_the_user_names_it_and_not_where_a_hook_does(project: Path, raylift: Raylift) -> None:
    (project / "start.py").unlink()
    by_hook = raylift("check", "--force-exclude", project / "work.py")
    assert (by_hook.code, "RL106" in by_hook.out) == (0, True)
    assert raylift("check", project).code == 0
    assert raylift("check", project / "work.py").code == 1
