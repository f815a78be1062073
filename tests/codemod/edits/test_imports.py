"""Imports move to other modules, and take nothing along that shares their line."""

from __future__ import annotations

import pytest
from tests.codemod.edits.changing import line_changed

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
    before = "from old import (\n    x,  # one\n    # two\n    y,\n)  # three\n"
    after = "# one\n# two\nfrom new.place import y  # three\n"
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
