from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.shapes import ROOT

from raylift.project.import_lines import imported_modules


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import a.b, c as d", ["a.b", "c"]),
        ("from a import b as c, d", ["a", "a.b", "a.d"]),
        ("from . import b", [".", ".b"]),
        ("from ..a.b import (\n    c,  # why\n    d as e,\n)", ["..a.b", "..a.b.c", "..a.b.d"]),
        ("def f():\n    from a import b", ["a", "a.b"]),
        ("try: import a\nexcept ImportError: import b", ["a", "b"]),
        ("x = 1; import a", ["a"]),
        ("from a import *", ["a"]),
        ("important = fromage", []),
    ],
)
def test_the_modules_of_a_line_are_read(source: str, modules: list[str]) -> None:
    assert list(imported_modules(source.encode())) == modules


def written(tree: ast.Module) -> set[str]:
    """What the imports of a syntax tree name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_no_import_of_our_own_code_is_missed() -> None:
    files: list[Path] = [*(ROOT / "codemod").rglob("*.py"), *(ROOT / "runtime").rglob("*.py"), *(ROOT / "fixtures").rglob("*.py")]
    for path in files:
        source = path.read_bytes()
        assert written(ast.parse(source)) <= set(imported_modules(source)), path
