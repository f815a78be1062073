"""What lies in docs/ is what the code gives."""

from __future__ import annotations

from pathlib import Path

from docs.rules import page

ROOT = Path(__file__).parents[2]


def test_the_page_of_rules_is_written_from_the_catalogue() -> None:
    assert (ROOT / "docs/rules.md").read_text() == page(), "run `python docs/rules.py > docs/rules.md`"
