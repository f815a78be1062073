"""Writes docs/rules.md, a page with every rule of the catalogue: `python docs/rules.py > docs/rules.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from raylift.commands.explain import settling
from raylift.rules import RULES, Rule

FIXTURES = Path(__file__).parents[1] / "fixtures/rules"
COMMAND = re.compile(r"# (raylift check .*)\n")
SECTIONS = {
    "RL1": ("The lift", "What raylift does to a script, and what the reader must know of it."),
    "RL2": ("Arguments and hazards", "What would fail, or train something else, on today's libraries or on Ray's workers."),
    "RL3": ("Refusals", "What has no faithful form on Ray Train: the script stays as it is."),
    "RL4": ("Remarks", "What the script's own `# raylift:` comments leave to say."),
}
HEAD = """\
# The rules of raylift

Written by `python docs/rules.py` from the catalogue behind `raylift rules` and `raylift explain`. In an example `...` stands for what
does not matter. A *lift* is what no script is lifted without, an *update* a change that the lift is right without. Each rule has two
scripts that the tests check: one that it speaks of, and a near relative of which it says nothing.
"""


def page() -> str:
    """The whole page."""
    sections = [(SECTIONS[start], list(rules)) for start, rules in groupby(RULES.values(), lambda rule: rule.id[:3])]
    parts = [HEAD, *(_table(title, rules) for (title, _), rules in sections)]
    for (title, about), rules in sections:
        parts += [f"## {title}\n\n{about}\n", *map(_rule, rules)]
    return "\n".join(parts)


def _table(title: str, rules: list[Rule]) -> str:
    rows = (f"| [{rule.id}](#{rule.id.lower()}) | {rule.kind} | {rule.name} |\n" for rule in rules)
    return f"| {title} | | |\n| --- | --- | --- |\n{''.join(rows)}"


def _rule(rule: Rule) -> str:
    paragraphs = [
        f'### <a id="{rule.id.lower()}"></a>{rule.id} ({rule.kind}): {rule.name}',
        rule.why,
        *_example("Before", rule.before),
        *_example("After", rule.after),
        f"By hand: {rule.by_hand}",
        settling(rule),
        _scripts(rule),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _example(name: str, code: str) -> Iterator[str]:
    if code:
        yield f"{name}:\n\n```python\n{code}\n```"


def _scripts(rule: Rule) -> str:
    """How to see the rule speak, and how not."""
    folder = f"fixtures/rules/{rule.id}"
    told, silent = (f"`{_command(rule, script)}`" for script in ("triggers.py", "silent.py"))
    return f"In [{folder}](../{folder}), {told} tells it and {silent} does not."


def _command(rule: Rule, script: str) -> str:
    found = COMMAND.match((FIXTURES / rule.id / script).read_text())
    return found[1] if found else f"raylift check {script}"


if __name__ == "__main__":
    print(page(), end="")
