from __future__ import annotations

import ast
from pathlib import Path

import pytest

from raylift.rules import RULES

from .conftest import Raylift

CODEMOD = Path(__file__).parents[2] / "codemod/raylift"


def rules_in_the_code() -> set[str]:
    return {
        node.value
        for path in CODEMOD.rglob("*.py")
        if path.name != "rules.py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value[:2] == "RL"
        and node.value[2:].isdecimal()
    }


def test_the_catalogue_holds_every_rule_of_the_code_and_no_other() -> None:
    assert set(RULES) == rules_in_the_code()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: object) -> None:
    assert all(rule[:4])  # type: ignore[index]  # a Rule
    assert rule.by_hand.endswith(".")  # type: ignore[attr-defined]
    assert rule.why.endswith(".")  # type: ignore[attr-defined]


def test_rules_are_listed_and_explained(raylift: Raylift) -> None:
    assert [line[:5] for line in raylift("rules").out.splitlines()] == list(RULES)
    for rule in RULES.values():
        run = raylift("explain", rule.id.lower())
        assert run.code == 0
        assert rule.why in run.out
        assert (f"`--ignore {rule.id}`" if rule.id[2] == "4" else f"`# raylift: ack[{rule.id}] reason`") in run.out


def test_a_rule_that_does_not_exist_is_answered_with_the_nearest(raylift: Raylift) -> None:
    run = raylift("explain", "RL10")
    assert run.code == 2
    assert "did you mean RL10" in run.err
