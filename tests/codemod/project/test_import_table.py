"""Who imports whom in a project, through however many modules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from raylift.project.import_table import ImportTable
from raylift.project.module_paths import ModulePaths

FILES = {
    "pkg/__init__.py": "from .work import fit\n",
    "pkg/work.py": "import torch\n",
    "pkg/sub.py": "from . import fit\n",
    "pkg/other.py": "from .sub import (\n    go,\n)\n",
    "start.py": "import pkg.other as beside\n",
    "circle.py": "import start\nimport back\n",
    "back.py": "import circle\n",
    "alone.py": "import os\n",
    "broken.py": "import start\ndef (:\n",
}


@pytest.fixture
def table(tmp_path: Path) -> ImportTable:
    """The imports of a small project."""
    (tmp_path / "pyproject.toml").touch()
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return ImportTable(ModulePaths(str(tmp_path.resolve())))


def names(table: ImportTable, paths: object) -> set[str]:
    """Paths from the top of the project."""
    assert isinstance(paths, list | tuple)
    return {os.path.relpath(path, table.root) for path in paths}


def test_a_file_is_imported_through_packages_circles_and_broken_modules(table: ImportTable) -> None:
    work = os.path.join(table.root, "pkg/work.py")
    everyone = {"pkg/__init__.py", "pkg/work.py", "pkg/sub.py", "pkg/other.py", "start.py", "circle.py", "back.py", "broken.py"}
    assert names(table, list(table.all_importers([work]))) == everyone


def test_the_whole_table_finds_the_same_importers_as_the_text_of_few_names(table: ImportTable) -> None:
    few = {path: set(ImportTable(ModulePaths(table.root)).all_importers([path])) for path in table.files}
    for path in table.files:
        table.imports(path)
    assert {path: set(table.all_importers([path])) for path in table.files} == few


def test_a_file_imports_through_others(table: ImportTable) -> None:
    start = os.path.join(table.root, "start.py")
    assert names(table, list(table.all_imported(start))) == {
        "start.py", "pkg/__init__.py", "pkg/other.py", "pkg/sub.py", "pkg/work.py",
    }  # fmt: skip


def test_a_file_without_imports_of_the_project_has_none(table: ImportTable) -> None:
    assert table.imports(os.path.join(table.root, "alone.py")) == ()
