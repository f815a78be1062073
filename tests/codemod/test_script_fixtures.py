"""Whole Accelerate scripts: each becomes its `after.py`, or is refused, with the notices that are kept beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from raylift.lift import rewrite
from raylift.outcome import Outcome, Refused, Rewritten, Untouched
from raylift.project.neighbours import neighbours_of
from raylift.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures/scripts"
LIFTED = sorted(f"accelerate/{path.parent.name}" for path in FIXTURES.glob("accelerate/*/after.py"))
REFUSED = sorted(f"accelerate/{path.parent.name}" for path in FIXTURES.glob("accelerate/refused_*/before.py"))
STOCK = sorted(f"accelerate/{path.parent.name}" for path in FIXTURES.glob("accelerate/*/after_stock.py"))


def lift(path: Path, settings: Settings = Settings()) -> Outcome:
    return rewrite(path.read_bytes(), settings, neighbours_of(str(path)))


def kept(shape: str) -> str:
    notices = FIXTURES / shape / "notices.txt"
    return notices.read_text() if notices.exists() else ""


def told(outcome: Rewritten | Refused) -> str:
    return "".join(f"{notice.line} {notice.rule} {notice.text}: {notice.remedy}\n" for notice in outcome.notices)


@pytest.mark.parametrize("shape", LIFTED)
def test_a_script_becomes_what_its_fixture_says(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py")
    assert isinstance(outcome, Rewritten), outcome
    assert outcome.code.decode() == (FIXTURES / shape / "after.py").read_text()
    assert told(outcome) == kept(shape)


@pytest.mark.parametrize("shape", STOCK)
def test_a_script_becomes_stock_ray_where_that_is_asked_for(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py", Settings(runtime="ray"))
    assert isinstance(outcome, Rewritten), outcome
    assert outcome.code.decode() == (FIXTURES / shape / "after_stock.py").read_text()


@pytest.mark.parametrize("shape", LIFTED)
def test_a_lifted_script_is_left_alone(shape: str) -> None:
    assert isinstance(lift(FIXTURES / shape / "after.py"), Untouched)


@pytest.mark.parametrize("shape", REFUSED)
def test_a_script_that_cannot_be_lifted_is_refused_with_its_reason(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py")
    assert isinstance(outcome, Refused), outcome
    assert told(outcome) == kept(shape)
