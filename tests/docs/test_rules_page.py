"""What lies in docs/ is what the code gives."""

from __future__ import annotations

from pathlib import Path

from docs.rules import page
from tests.conftest import Expected

ROOT = Path(__file__).parents[2]


def test_the_page_of_rules_is_written_from_the_catalogue(expected: Expected) -> None:
    expected(ROOT / "docs/rules.md", page().encode())
