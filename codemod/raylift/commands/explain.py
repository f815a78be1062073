"""`raylift rules` and `raylift explain`: the catalogue for the reader."""

from __future__ import annotations

from raylift.rules import RULES, Rule

SETTLING = {
    "lift": "Without it there is no lift: `--ignore {0}`, or `# raylift: ignore[{0}]` on its line, leaves the script alone.",
    "update": "Leave a line as it is with `# raylift: ignore[{0}]`; settle a notice about it with `# raylift: ack[{0}] reason`.",
    "notice": "Settle it with `# raylift: ack[{0}] reason` on its line, or with `# raylift: ignore[{0}]`.",
    "refusal": "Leave the script alone with `# raylift: ack[{0}] reason` on its line, or with `# raylift: ignore[{0}]`.",
    "leftover": "Silence it with `--ignore {0}`.",
}

PROMISE = (
    "Say by `--unsafe`, or by `# raylift: ack[{0}] reason` on its line, that {1}: the script is then lifted. "
    "`# raylift: ignore[{0}]` leaves it alone."
)


def listing() -> str:
    """Every rule in a line."""
    return "".join(f"{rule.id}  {rule.kind:8}  {rule.name}\n" for rule in RULES.values())


def explanation(name: str) -> str | None:
    """What a rule is about, with its example and both ways to settle it; None where there is no such rule."""
    rule = RULES.get(name.upper())
    return None if rule is None else _page(rule)


def _page(rule: Rule) -> str:
    parts = [f"{rule.id} ({rule.kind}): {rule.name}", rule.why, _example("before", rule.before)]
    if rule.after:
        parts.append(_example("after", rule.after))
    parts += [f"By hand: {rule.by_hand}", settling(rule)]
    return "\n\n".join(parts) + "\n"


def settling(rule: Rule) -> str:
    """How to settle what the rule says, and to do without it."""
    return (PROMISE if rule.promise else SETTLING[rule.kind]).format(rule.id, rule.promise)


def _example(name: str, code: str) -> str:
    return "\n".join([f"{name}:", *(f"    {line}" for line in code.splitlines())])
