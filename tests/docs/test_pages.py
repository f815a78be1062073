"""The pages for those who carry on are true: what they show is run, what they name exists."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from docs import architecture
from tests.conftest import Expected

ROOT = Path(__file__).parents[2]
PAGES = ["CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "rules.md")]


def test_the_page_of_the_rooms_is_written_from_the_contracts(expected: Expected) -> None:
    expected(ROOT / "docs/architecture.md", architecture.page().encode())


def test_every_room_and_file_on_a_floor_says_what_it_is() -> None:
    for container in ("raylift", "raylift.frameworks", "raylift.frameworks.accelerate", "raylift_runtime"):
        for row in list(architecture.table(container))[1:]:
            assert len(row.split("|")[3].strip()) > 5, row


def test_what_the_page_about_scripts_shows_is_what_a_script_answers() -> None:
    found = doctest.testfile(str(ROOT / "docs/asking_a_script.md"), module_relative=False)
    assert found.attempted > 8
    assert found.failed == 0


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_a_page_names_is_there(page: str) -> None:
    rooms = [ROOT, ROOT / "codemod/raylift", ROOT / "docs"]
    for named in re.findall(r"`([\w./]+/[\w./]+\.(?:py|md))`", (ROOT / page).read_text()):
        assert any((room / named).exists() for room in rooms), named
