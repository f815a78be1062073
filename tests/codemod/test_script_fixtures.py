"""Whole scripts of every framework: each becomes its `after.py`, or is refused, with the notices that are kept beside it."""

from __future__ import annotations

import pytest
from tests.conftest import Expected
from tests.shapes import LIFTED, REFUSED, ROOT, SCRIPTS, outcome_of, shapes_of, told

from raylift.outcome import Refused, Rewritten, Untouched
from raylift.settings import Settings

FRAMEWORKS = sorted(path.parent.name for path in (ROOT / "codemod/raylift/frameworks").glob("*/__init__.py"))
STOCK = [shape for shape in LIFTED if SCRIPTS[shape].with_name("after_stock.py").exists()]


@pytest.mark.parametrize("shape", LIFTED)
def test_a_script_becomes_what_its_fixture_says(shape: str, expected: Expected) -> None:
    script = SCRIPTS[shape]
    outcome = outcome_of(script)
    assert isinstance(outcome, Rewritten), outcome
    expected(script.with_name("after.py"), outcome.code)
    expected(script.with_name("notices.txt"), told(outcome).encode())


@pytest.mark.parametrize("shape", STOCK)
def test_a_script_becomes_stock_ray_where_that_is_asked_for(shape: str, expected: Expected) -> None:
    script = SCRIPTS[shape]
    outcome = outcome_of(script, Settings(runtime="ray"))
    assert isinstance(outcome, Rewritten), outcome
    assert b"raylift" not in outcome.code
    expected(script.with_name("after_stock.py"), outcome.code)


@pytest.mark.parametrize("shape", LIFTED)
def test_a_lifted_script_is_left_alone(shape: str) -> None:
    assert isinstance(outcome_of(SCRIPTS[shape].with_name("after.py")), Untouched)


@pytest.mark.parametrize("shape", STOCK)
def test_a_script_lifted_for_stock_ray_is_left_alone_too(shape: str) -> None:
    assert isinstance(outcome_of(SCRIPTS[shape].with_name("after_stock.py"), Settings(runtime="ray")), Untouched)


@pytest.mark.parametrize("shape", REFUSED)
def test_a_script_that_cannot_be_lifted_is_refused_with_its_reason(shape: str, expected: Expected) -> None:
    script = SCRIPTS[shape]
    outcome = outcome_of(script)
    assert isinstance(outcome, Refused), outcome
    expected(script.with_name("notices.txt"), told(outcome).encode())


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_framework_has_a_flat_a_guarded_and_a_refused_script(framework: str) -> None:
    guarded = {'if __name__ == "__main__":' in SCRIPTS[shape].read_text() for shape in shapes_of(framework)}
    assert guarded == {False, True}
    assert any(shape.startswith(f"{framework}/") for shape in REFUSED)
