"""Modules beside a script are found as Python would find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from raylift.project.neighbours import MOST_NEIGHBOURS, neighbours_of


def make(top: Path, *paths: str, data: bytes = b"") -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(data)


@pytest.mark.parametrize(
    ("name", "level", "found"),
    [
        ("beside", 0, b"1"),
        ("package", 0, b"2"),
        ("package.inner", 0, b"3"),
        ("top", 0, b"4"),
        ("sourced", 0, b"5"),
        ("beside", 1, b"1"),
        ("", 1, None),
        ("top", 2, b"4"),
        ("os", 0, None),
    ],
)
def test_a_neighbour_is_found_as_python_would(tmp_path: Path, name: str, level: int, found: bytes | None) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    for path, data in {
        "work/beside.py": b"1", "work/package/__init__.py": b"2", "work/package/inner.py": b"3", "top.py": b"4", "src/sourced.py": b"5",
    }.items():  # fmt: skip
        make(tmp_path, path, data=data)
    assert neighbours_of(str(tmp_path / "work/train.py"))(name, level) == found


def test_a_module_of_the_same_package_is_found_without_a_project(tmp_path: Path) -> None:
    for path in ("package/__init__.py", "package/inner/__init__.py", "package/loops.py", "package/inner/beside.py"):
        make(tmp_path, path, data=path.encode())
    neighbour = neighbours_of(str(tmp_path / "package/inner/train.py"))
    assert neighbour("package.loops", 0) == b"package/loops.py"
    assert neighbour("beside", 0) == b"package/inner/beside.py"


def test_a_circle_of_imports_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "round.py").write_text("from .round import x")
    neighbour = neighbours_of(str(tmp_path / "a.py"))
    answers = [neighbour("round", 1) for _ in range(MOST_NEIGHBOURS + 1)]
    assert answers[-2] is not None
    assert answers[-1] is None
