"""Which files a path on the command line means."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from raylift.project.discovery import found_files
from raylift.project.files import BadInput
from raylift.request import Request


def names(top: Path) -> list[str]:
    return [os.path.relpath(found.path, top) for found in found_files(str(top), Request("check", ()))]


def make(top: Path, *paths: str, data: bytes = b"") -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(data)


def test_a_folder_means_its_python_files_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/z.py", "a.txt", "c.pyc")
    assert names(tmp_path) == ["a/z.py", "b.py"]


def test_what_is_not_the_users_own_is_skipped(tmp_path: Path) -> None:
    make(tmp_path, "a.py", ".hidden/b.py", "node_modules/c.py", "env/pyvenv.cfg", "env/d.py", "lib/site-packages/e.py")
    assert names(tmp_path) == ["a.py"]


def test_gitignore_above_a_folder_holds_inside_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    make(tmp_path, "src/a.py", "src/b.py", "src/gen/c.py", "src/gen/d.py")
    (tmp_path / ".gitignore").write_text("/src/b.py\n")
    (tmp_path / "src/.gitignore").write_text("gen/*\n!gen/d.py\n")
    assert names(tmp_path / "src") == ["a.py", "gen/d.py"]


def test_a_named_file_is_taken_although_ignored(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    (tmp_path / ".gitignore").write_text("*")
    assert [found.path for found in found_files(str(tmp_path / "a.py"), Request("check", ()))] == [str(tmp_path / "a.py")]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    (tmp_path / "round").symlink_to(tmp_path)
    assert names(tmp_path) == ["a.py"]


def test_the_folder_of_an_earlier_output_is_not_input(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "out/a.py")
    assert [found.path for found in found_files(str(tmp_path), Request("rewrite", (), output=str(tmp_path / "out")))] == [
        str(tmp_path / "a.py")
    ]


@pytest.mark.parametrize("what", ["missing", "empty", "loop"])
def test_a_path_without_python_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(BadInput):
        list(found_files(str(tmp_path / what), Request("check", ())))
