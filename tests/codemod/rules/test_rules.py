from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.rules import RULES, Rule

CODEMOD = Path(__file__).parents[3] / "codemod/raylift"


FAMILIES = {path.stem: path for path in CODEMOD.glob("rules/*.py") if path.stem not in ("__init__", "rule")}
STORY = (".", "frameworks")
"""The rooms of rules about a script as a whole, less those of one framework."""


def is_home(room: str, family: str) -> bool:
    """Whether a family of rules is told from a room."""
    top = f"frameworks/{family}" if (CODEMOD / "frameworks" / family).exists() else family
    return room in STORY if family == "assembly" else f"{room}/".startswith(f"{top}/")


def rules_in(path: Path) -> set[str]:
    """The rules that a file tells of; those in a set or compared with are only asked about."""
    tree = ast.parse(path.read_bytes())
    asked = {
        id(each) for node in ast.walk(tree) if isinstance(node, (ast.Set, ast.Compare)) for each in ast.iter_child_nodes(node)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in asked
        if node.value[:2] == "RL" and node.value[2:].isdecimal()
    }


def rules_by_room() -> dict[str, set[str]]:
    """The rules that the files of each room outside the catalogue tell of, by its path below the codemod."""
    rooms: dict[str, set[str]] = {}
    for path in CODEMOD.rglob("*.py"):
        if path.parent.name != "rules":
            rooms.setdefault(str(path.parent.relative_to(CODEMOD)), set()).update(rules_in(path))
    return rooms


def test_the_catalogue_holds_every_rule_of_the_code_and_no_other() -> None:
    assert set(RULES) == set().union(*rules_by_room().values())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rule_is_told_from_the_room_of_its_table(family: str) -> None:
    rules = rules_in(FAMILIES[family])
    elsewhere = {room: told & rules for room, told in rules_by_room().items() if not is_home(room, family)}
    assert {room: told for room, told in elsewhere.items() if told} == {}


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
