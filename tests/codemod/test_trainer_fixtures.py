"""Whole Trainer scripts: each becomes its `after.py`, with the notices that are kept beside it."""

from __future__ import annotations

import pytest
from tests.codemod.test_script_fixtures import FIXTURES, kept, lift, told

from raylift.outcome import Refused, Rewritten, Untouched
from raylift.settings import Settings

SHAPES = sorted(f"hf_trainer/{path.parent.name}" for path in FIXTURES.glob("hf_trainer/*/after.py"))
REFUSED = sorted(f"hf_trainer/{path.parent.name}" for path in FIXTURES.glob("hf_trainer/refused_*/before.py"))
STOCK = sorted(f"hf_trainer/{path.parent.name}" for path in FIXTURES.glob("hf_trainer/*/after_stock.py"))


@pytest.mark.parametrize("shape", SHAPES)
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


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_script_is_left_alone(shape: str) -> None:
    assert isinstance(lift(FIXTURES / shape / "after.py"), Untouched)


@pytest.mark.parametrize("shape", REFUSED)
def test_a_script_that_cannot_be_lifted_is_refused_with_its_reason(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py")
    assert isinstance(outcome, Refused), outcome
    assert told(outcome) == kept(shape)
