"""A project is copied without what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from raylift.verification import scratch_copy as scratch
from raylift.verification.scratch_copy import TooMuch, scratch_copy


def test_a_copy_of_a_project_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    for name in ("a.py", "data/b.txt", ".git/c", "env/pyvenv.cfg", "wandb/d"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text("x")
    (tmp_path / "project/large.bin").write_bytes(b"x" * scratch.LARGE)
    scratch_copy(tmp_path / "project", tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy").rglob("*")) == ["a.py", "b.txt", "data", "large.bin"]
    assert (tmp_path / "copy/large.bin").is_symlink()
    (tmp_path / "copy/a.py").write_text("y")
    assert (tmp_path / "project/a.py").read_text() == "x"


def test_a_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MANY", 3)
    for number in range(4):
        (tmp_path / str(number)).touch()
    with pytest.raises(TooMuch, match="project folder"):
        scratch_copy(tmp_path, tmp_path / "copy")
