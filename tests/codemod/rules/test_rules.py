from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.rules import RULES, Rule

CODEMOD = Path(__file__).parents[3] / "codemod/raylift"


def rules_in_the_code() -> set[str]:
    return {
        node.value
        for path in CODEMOD.rglob("*.py")
        if path.parent.name != "rules"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value[:2] == "RL"
        and node.value[2:].isdecimal()
    }


def test_the_catalogue_holds_every_rule_of_the_code_and_no_other() -> None:
    assert set(RULES) == rules_in_the_code()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: Rule) -> None:
    assert all((rule.name, rule.why, rule.before, rule.by_hand))
    assert rule.by_hand.endswith(".")
    assert rule.why.endswith(".")


KINDS = {"1": {"lift", "update", "notice"}, "2": {"lift", "update", "notice"}, "3": {"refusal"}, "4": {"leftover"}}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_of_a_kind_that_its_number_allows(rule: Rule) -> None:
    assert rule.kind in KINDS[rule.id[2]]


def test_rules_are_listed_and_explained(raylift: Raylift) -> None:
    listed = [line.split()[:2] for line in raylift("rules").out.splitlines()]
    assert listed == [[rule.id, rule.kind] for rule in RULES.values()]
    for rule in RULES.values():
        run = raylift("explain", rule.id.lower())
        assert run.code == 0
        assert rule.why in run.out
        assert run.out.startswith(f"{rule.id} ({rule.kind}): ")
        assert f"--ignore {rule.id}`" in run.out or f"# raylift: ignore[{rule.id}]" in run.out


def test_a_rule_that_does_not_exist_is_answered_with_the_nearest(raylift: Raylift) -> None:
    run = raylift("explain", "RL10")
    assert run.code == 2
    assert "did you mean RL10" in run.err
