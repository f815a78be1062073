"""Imports move to other modules, and take nothing along that shares their line."""

from __future__ import annotations

import pytest
from tests.codemod.edits.changing import behind_colon_changed, line_changed

from raylift.edits.imports import move_imports


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1; from old import x; b = 2; c = 3\n", "a = 1; from new.place import x; b = 2; c = 3\n"),
        ("a = 1; from old import y, x; b = 2; c = 3\n", "a = 1\nfrom new.place import x\nb = 2; c = 3\n"),
    ],
)
def test_what_shares_the_line_of_an_import_stays(before: str, after: str) -> None:
    assert line_changed(before, move_imports(1, {"new.place": ["x"]}, frozenset())) == after


def test_comments_between_the_names_of_an_import_stay_above_it_in_their_order() -> None:
    before = "# above\nfrom old import (\n    x,  # one\n    # two\n    y,\n)  # three\n"
    after = "# above\n# one\n# two\nfrom new.place import y  # three\n"
    assert line_changed(before, move_imports(0, {"new.place": ["y"]}, frozenset())) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from old import (\n    x,\n    y,\n)\n", "from new.place import y\nfrom old import (\n    x,\n)\n"),
        ("from old import (\n    x,  # one\n    y,\n)\n", "from new.place import y\nfrom old import (\n    x,  # one\n)\n"),
        ("from old import (x, y)\n", "from new.place import y\nfrom old import (x)\n"),
        ("from old import y, x\n", "from new.place import y\nfrom old import x\n"),
        ("from old import x, y\n", "from new.place import y\nfrom old import x\n"),
    ],
)
def test_what_stays_of_an_import_keeps_its_layout(before: str, after: str) -> None:
    assert line_changed(before, move_imports(0, {"new.place": ["y"]}, frozenset({"x"}))) == after


@pytest.mark.parametrize(
    ("before", "moved", "kept", "after"),
    [
        ("import old\n", {"": ["new"]}, "", "import new\n"),
        ("import old.part, keep as k\n", {"": ["new"]}, "k", "import new\nimport keep as k\n"),
        ("import old, keep.part\n", {"": ["new"]}, "keep.part", "import new\nimport keep.part\n"),
        ("from old import x as y  # one\n", {"new.place": ["x as y"]}, "", "from new.place import x as y  # one\n"),
        ("from old import x as y\n", {"new.place": ["z as y"]}, "", "from new.place import z as y\n"),
        ("from old import x\n", {"new": ["x"]}, "", "from new import x\n"),
        ("from old import (\n    x,\n)\n", {"new": ["x"]}, "", "from new import (\n    x,\n)\n"),
        ("from old import x, y\n", {"new": ["x"], "other": ["y"]}, "", "from new import x\nfrom other import y\n"),
        ("from old import x, y as z, k\n", {"new": ["x", "y as z"]}, "k", "from new import x, y as z\nfrom old import k\n"),
        ("from old import x\n", {"new": ["x"], "": ["other"]}, "", "import other\nfrom new import x\n"),
        ("# above\nfrom old import x, y  # one\n", {"new": ["x"]}, "y", "# above\nfrom new import x  # one\nfrom old import y\n"),
        ("from old import x  # one\n", {}, "", "pass  # one\n"),
    ],
)
def test_names_come_from_their_new_modules(before: str, moved: dict[str, list[str]], kept: str, after: str) -> None:
    assert line_changed(before, move_imports(0, moved, frozenset([kept]) - {""})) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if a: from old import x\n", "if a: from new import x\n"),
        ("if a: from old import z as x; b  # one\n", "if a:  # one\n    from new import x\n    b\n"),
        ("if a: from old import (z, # one\n x); b  # two\n", "if a:\n    # one\n    from new import x  # two\n    b\n"),
    ],
)
def test_an_import_behind_a_colon_moves_with_its_comments(before: str, after: str) -> None:
    assert behind_colon_changed(before, move_imports(0, {"new": ["x"]}, frozenset())) == after
