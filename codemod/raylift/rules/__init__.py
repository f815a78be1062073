"""The catalogue of rules, by family: it feeds `rules`, `explain`, SARIF, the report page and the tests."""

from __future__ import annotations

from collections.abc import Mapping

from raylift.rules import accelerate, assembly, hazards, hf_trainer, ray_data, ray_legacy, suppression
from raylift.rules.rule import Rule

__all__ = ["RULES", "Rule", "ids_of", "suggestion"]

_FAMILIES = (hf_trainer, accelerate, ray_data, ray_legacy, hazards, assembly, suppression)
RULES: Mapping[str, Rule] = {rule.id: rule for rule in sorted(rule for family in _FAMILIES for rule in family.RULES)}


def ids_of(text: str) -> tuple[str, ...]:
    """The rules that a user names, by their ids or the start of those, with commas between; raises ValueError for one that is none."""
    names = tuple(filter(None, (name.strip().upper() for name in text.split(","))))
    for name in names or ("",):
        if not name or not any(rule.startswith(name) for rule in RULES):
            raise ValueError(suggestion(name or "without a name"))
    return names


def suggestion(name: str) -> str:
    """The complaint about a rule that does not exist."""
    from difflib import get_close_matches

    close = [rule for rule in RULES if rule.startswith(name.upper())] or get_close_matches(name.upper(), RULES, 1)
    return f"there is no rule {name}; " + (f"did you mean {close[0]}?" if close else "`raylift rules` lists all")
