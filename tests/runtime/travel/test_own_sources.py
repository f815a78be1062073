"""The user's own modules are found by their files, and what they cannot do without is known before it is imported."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from raylift_runtime.travel.own_sources import all_imports, needed_modules, own_modules, own_roots

FILES = {
    "train.py": """
import json
import torch, settings
from package.inner import made
try:
    import wandb
except ImportError:
    wandb = None
if settings.PLOTS:
    import matplotlib
with something:
    import seen_in_with
def train_func():
    import inside
    if settings.MORE:
        import perhaps
def other():
    import elsewhere
if __name__ == "__main__":
    import on_the_driver
""",
    "settings.py": "import yaml",
    "package/__init__.py": "import of_the_package",
    "package/inner.py": "from . import beside\nfrom .deeper import thing\nimport missing",
    "package/beside.py": "import of_beside",
    "package/deeper/__init__.py": "thing = 1",
    "elsewhere.py": "import never",
    "unread.py": "import never",
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "train.py"


def test_all_own_modules_that_are_imported_anywhere_are_found(script: Path) -> None:
    found = own_modules(str(script), ast.parse(script.read_bytes()), [str(script.parent)], all_imports)
    names = {Path(file).relative_to(script.parent).as_posix() for file in found}
    assert names == set(FILES) - {"unread.py"}


def test_only_what_every_worker_imports_is_needed(script: Path) -> None:
    needed = needed_modules(str(script), ast.parse(script.read_bytes()), "train_func", [str(script.parent)])
    third = {"torch", "seen_in_with", "inside", "yaml", "of_the_package", "of_beside", "missing"}
    assert set(needed) == third | {"settings", "package"}
    assert needed["yaml"] == str(script.parent / "settings.py")


def test_installed_packages_and_python_s_own_modules_are_nobody_s_own(script: Path) -> None:
    roots = own_roots(
        ["", os.path.dirname(os.__file__), os.path.dirname(os.path.dirname(pytest.__file__)), *sys.path], str(script)
    )
    assert roots[0] == str(script.parent)
    assert os.getcwd() in roots
    assert not [root for root in roots if "site-packages" in root or root == os.path.dirname(os.__file__)]


def test_a_file_that_does_not_parse_is_left_out(script: Path) -> None:
    (script.parent / "settings.py").write_text("def")
    found = own_modules(str(script), ast.parse(script.read_bytes()), [str(script.parent)], all_imports)
    assert str(script.parent / "settings.py") not in found
