"""Modules are found in a project as Python finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from raylift.project.module_paths import ModulePaths, project_root, project_root_of


def lay(folder: Path, *paths: str) -> ModulePaths:
    """A project of empty files."""
    for path in ("pyproject.toml", *paths):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return ModulePaths(str(folder))


@pytest.mark.parametrize(
    ("files", "importer", "module", "found"),
    [
        (["pkg/__init__.py", "pkg/a.py"], "start.py", "pkg.a", "pkg/a.py"),
        (["pkg/__init__.py", "pkg/a.py"], "start.py", "pkg", "pkg/__init__.py"),
        (["space/a.py"], "start.py", "space.a", "space/a.py"),
        (["src/pkg/__init__.py", "src/pkg/a.py"], "start.py", "pkg.a", "src/pkg/a.py"),
        (["src/pkg/__init__.py", "src/pkg/a.py"], "src/pkg/b.py", "pkg.a", "src/pkg/a.py"),
        (["pkg/__init__.py", "pkg/a.py"], "pkg/b.py", ".a", "pkg/a.py"),
        (["pkg/__init__.py", "pkg/a.py"], "pkg/inner/b.py", "..a", "pkg/a.py"),
        (["pkg/__init__.py"], "pkg/b.py", ".", "pkg/__init__.py"),
        (["a/__init__.py", "a.py"], "start.py", "a", "a/__init__.py"),
        (["scripts/helper.py"], "scripts/start.py", "helper", "scripts/helper.py"),
        (["helper.py"], "scripts/start.py", "helper", "helper.py"),
        (["torch.py"], "start.py", "torch", None),
        (["pkg/a.py"], "start.py", "pkg.none", None),
        (["data/rows.txt"], "start.py", "data", None),
    ],
)
def test_a_module_is_found_where_python_looks(
    tmp_path: Path, files: list[str], importer: str, module: str, found: str | None
) -> None:
    paths = lay(tmp_path, *files, importer)
    assert paths.find(module, str(tmp_path / importer)) == (None if found is None else str(tmp_path / found))


def test_a_folder_that_the_script_adds_is_looked_through_first(tmp_path: Path) -> None:
    paths = lay(tmp_path, "lib/helper.py", "helper.py")
    found = paths.find("helper", str(tmp_path / "start.py"), (str(tmp_path / "lib"),))
    assert found == str(tmp_path / "lib/helper.py")


@pytest.mark.parametrize("mark", ["pyproject.toml", "setup.py", "setup.cfg", ".git"])
def test_a_project_reaches_up_to_its_marks(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).touch()
    (tmp_path / "pkg/inner").mkdir(parents=True)
    assert project_root(str(tmp_path / "pkg/inner")) == str(tmp_path)


def test_without_marks_a_project_is_what_holds_the_package_or_the_folder_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "top/pkg").mkdir(parents=True)
    (tmp_path / "top/pkg/__init__.py").touch()
    path = str(tmp_path / "top/pkg/a.py")
    assert project_root_of(path, "") == str(tmp_path / "top")
    assert project_root_of(path, str(tmp_path)) == str(tmp_path)
    assert project_root_of(path, str(tmp_path / "top/pkg")) == str(tmp_path / "top")
