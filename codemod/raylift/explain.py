"""`raylift rules` and `raylift explain`: the catalogue for the reader."""

from __future__ import annotations

from difflib import get_close_matches

from raylift.rules import RULES, Rule


def listing() -> str:
    """Every rule in a line."""
    return "".join(f"{rule.id}  {rule.name}\n" for rule in RULES.values())


def explanation(name: str) -> str | None:
    """What a rule is about, with its example and both ways to settle it; None where there is no such rule."""
    rule = RULES.get(name.upper())
    return None if rule is None else _page(rule)


def suggestion(name: str) -> str:
    """The complaint about a rule that does not exist."""
    close = get_close_matches(name.upper(), RULES, 1)
    return f"there is no rule {name}; " + (f"did you mean {close[0]}?" if close else "`raylift rules` lists all")


def _page(rule: Rule) -> str:
    parts = [f"{rule.id}: {rule.name}", rule.why, _example("before", rule.before)]
    if rule.after:
        parts.append(_example("after", rule.after))
    parts += [f"By hand: {rule.by_hand}", settling(rule)]
    return "\n\n".join(parts) + "\n"


def settling(rule: Rule) -> str:
    """How to settle what the rule says, where that can be."""
    said = f"`# raylift: ack[{rule.id}] reason` on its line, or `# raylift: ignore[{rule.id}]`"
    return f"Silence it with `--ignore {rule.id}`." if rule.id[2] == "4" else f"Settle a notice or a refusal with {said}."


def _example(name: str, code: str) -> str:
    return "\n".join([f"{name}:", *(f"    {line}" for line in code.splitlines())])
