"""Tests lie in the room of what they test, and from every module there is a way to its test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shapes import ROOT
from tests.tested_through import CODEMOD, RUNTIME

HALVES = {"codemod": (ROOT / "codemod/raylift", CODEMOD), "runtime": (ROOT / "runtime/raylift_runtime", RUNTIME)}


def modules(half: str) -> Iterator[tuple[str, str]]:
    """The modules of a half that say more than a docstring, each with its room."""
    top, _ = HALVES[half]
    for path in sorted(top.rglob("*.py")):
        if "\n" in path.read_text().strip():
            yield str(path.parent.relative_to(top)), path.stem


def has_tests(path: Path) -> bool:
    return "\ndef test_" in path.read_text() if path.exists() else False


@pytest.mark.parametrize("half", HALVES)
def test_every_module_has_a_test_of_its_name_or_is_listed_with_the_one_that_tests_it(half: str) -> None:
    listed = {(room, module) for room, members in HALVES[half][1].items() for module in members}
    own = {(room, module) for room, module in modules(half) if has_tests(ROOT / "tests" / half / room / f"test_{module}.py")}
    assert set(modules(half)) - own - listed == set(), "no test of that name, and not in tests/tested_through.py"
    assert listed <= set(modules(half)), "there is no such module any more"


@pytest.mark.parametrize("half", HALVES)
def test_every_test_that_is_listed_is_there(half: str) -> None:
    listed = {test for members in HALVES[half][1].values() for test in members.values()}
    folder = ROOT / "tests" / half
    assert {test for test in listed if not has_tests(folder / f"{test}.py")} == set()


@pytest.mark.parametrize("half", HALVES)
def test_every_folder_of_tests_is_a_room(half: str) -> None:
    folder = ROOT / "tests" / half
    rooms = {room for room, _ in modules(half)}
    assert {str(path.parent.relative_to(folder)) for path in folder.rglob("test_*.py")} <= rooms
