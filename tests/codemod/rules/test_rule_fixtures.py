"""Every rule has a script that makes it speak, `triggers.py`, and a near relative that does not, `silent.py`.

A script's first line may be the command that it is checked with: `# raylift check --resumable triggers.py`, or `# raylift check .`
where it must not be named. What lies beside it in its folder is read as it would be beside a user's script.
"""

from __future__ import annotations

import os
import re
import shlex
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest

from raylift.lift import rewrite
from raylift.outcome import Outcome, Rewritten, Untouched
from raylift.output.entries import Entry, entries_of
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import plain_request
from raylift.rules import RULES, Rule

FIXTURES = Path(__file__).parents[3] / "fixtures/rules"
COMMAND = re.compile(r"# raylift check (.*)\n")
ALIKE = 0.5
"""The part of their lines that two relatives have in common; the furthest ones share 0.6."""


@cache
def outcome_of(rule: str, script: str, *flags: str) -> Outcome | None:
    """What `raylift check` makes of a script of a rule, from the script's folder and with the flags that it names."""
    command = COMMAND.match((FIXTURES / rule / script).read_text())
    words = shlex.split(command[1]) if command else [script]
    assert words[-1] in (script, ".")
    request = plain_request(["check", "--transformers", "5", *flags, *words])
    assert request is not None, words
    here = os.getcwd()
    os.chdir(FIXTURES / rule)
    try:
        (looked,) = (each for each in file_outcomes(request) if each.found.path == script)
    finally:
        os.chdir(here)
    return looked.outcome


def told(rule: str, script: str) -> list[Entry]:
    """What is said of a script."""
    outcome = outcome_of(rule, script)
    return [] if outcome is None else entries_of(script, outcome)


def holds(code: str, example: str) -> bool:
    """Whether some code holds an example, however far it is indented; `...` stands for anything."""
    flat, parts = ("\n".join(map(str.strip, text.splitlines())) for text in (code, example))
    return re.search(".*?".join(map(re.escape, parts.split("..."))), flat, re.DOTALL) is not None


def test_every_folder_is_that_of_a_rule() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_speaks_of_the_script_that_triggers_it(rule: str) -> None:
    assert rule in {entry.rule for entry in told(rule, "triggers.py")}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_silent_about_a_near_relative(rule: str) -> None:
    assert rule not in {entry.rule for entry in told(rule, "silent.py")}


@pytest.mark.parametrize("rule", RULES)
def test_the_near_relative_is_lifted_or_rightly_left_alone(rule: str) -> None:
    outcome = outcome_of(rule, "silent.py")
    assert isinstance(outcome, Rewritten) or outcome == Untouched("it already uses Ray Train"), outcome


@pytest.mark.parametrize("rule", RULES)
def test_both_scripts_have_most_of_their_lines_in_common(rule: str) -> None:
    first, second = ((FIXTURES / rule / script).read_text().splitlines() for script in ("triggers.py", "silent.py"))
    assert SequenceMatcher(None, first, second, autojunk=False).ratio() > ALIKE


@pytest.mark.parametrize("script", ["triggers.py", "silent.py"])
@pytest.mark.parametrize("rule", RULES)
def test_what_becomes_of_a_script_parses_and_is_left_alone(rule: str, script: str) -> None:
    outcome = outcome_of(rule, script)
    if isinstance(outcome, Rewritten):
        compile(outcome.code, script, "exec")
        assert isinstance(rewrite(outcome.code), Untouched)


@pytest.mark.parametrize("rule", RULES)
def test_the_example_of_a_rule_is_what_happens_to_its_script(rule: str) -> None:
    before, after = RULES[rule].before, RULES[rule].after
    script, outcome = (FIXTURES / rule / "triggers.py").read_text(), outcome_of(rule, "triggers.py")
    assert holds(script, before)
    if after:
        is_ours = isinstance(outcome, Rewritten) and RULES[rule].kind != "leftover"  # those only a person can settle
        assert holds(outcome.code.decode() if is_ours else (FIXTURES / rule / "silent.py").read_text(), after)
        assert not holds(script, after)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.kind in ("lift", "refusal")], ids=lambda rule: rule.id)
def test_without_a_rule_that_lifts_or_refuses_its_script_is_left_alone(rule: Rule) -> None:
    assert outcome_of(rule.id, "triggers.py", "--ignore", rule.id) == Untouched(f"{rule.id} is ignored")


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.kind == "update"], ids=lambda rule: rule.id)
def test_without_an_update_its_script_is_lifted_and_the_line_stays(rule: Rule) -> None:
    done, left_out = outcome_of(rule.id, "triggers.py"), outcome_of(rule.id, "triggers.py", "--ignore", rule.id)
    assert isinstance(done, Rewritten)
    assert isinstance(left_out, Rewritten)
    compile(left_out.code, rule.id, "exec")
    assert done.code != left_out.code
    assert rule.id not in {notice.rule for notice in (*left_out.notices, *left_out.changes)}


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.kind == "notice"], ids=lambda rule: rule.id)
def test_without_a_notice_its_script_becomes_the_same(rule: Rule) -> None:
    told, silent = outcome_of(rule.id, "triggers.py"), outcome_of(rule.id, "triggers.py", "--ignore", rule.id)
    assert isinstance(told, Rewritten | Untouched)
    assert isinstance(silent, Rewritten | Untouched)
    assert getattr(silent, "code", b"") == getattr(told, "code", b"")
    assert silent.notices == tuple(notice for notice in told.notices if notice.rule != rule.id)
