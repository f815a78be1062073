"""An ack of a rule that speaks only under a flag waits for that flag; it is stale where the rule could speak and has nothing to say."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from raylift.output.entries import Entry, entries_of
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import plain_request
from raylift.rules import RULES

FIXTURES = Path(__file__).parents[3] / "fixtures/rules"
COMMAND = re.compile(r"# raylift check (.*)\n")


def _flags(rule: str) -> list[str]:
    found = COMMAND.match((FIXTURES / rule / "triggers.py").read_text())
    return shlex.split(found[1])[:-1] if found else []


def _told(folder: Path, source: str, flags: list[str]) -> list[Entry]:
    """What is told of a script that lies where the fixture's neighbours lie."""
    for path in folder.iterdir():
        path.unlink()
    (folder / "triggers.py").write_text(source)
    request = plain_request(["check", *flags, "triggers.py"])
    assert request is not None
    here = os.getcwd()
    os.chdir(folder)
    try:
        return [entry for looked in file_outcomes(request) if looked.outcome for entry in entries_of("x", looked.outcome)]
    finally:
        os.chdir(here)


FLAGGED = [rule for rule in RULES if _flags(rule) and "--launched-by" not in _flags(rule)]


@pytest.mark.parametrize("rule", FLAGGED)
def test_an_ack_of_a_rule_that_needs_a_flag_waits_for_it(rule: str, tmp_path: Path) -> None:
    source = (FIXTURES / rule / "triggers.py").read_text()
    spoken = [entry.line for entry in _told(tmp_path, source, _flags(rule)) if entry.rule == rule]
    lines = source.splitlines()
    acked = (
        "\n".join(f"{line}  # raylift: ack[{rule}] we know" if n in spoken else line for n, line in enumerate(lines, 1)) + "\n"
    )
    assert acked.count("ack[") == len(set(spoken)) > 0
    assert "RL402" not in {entry.rule for entry in _told(tmp_path, acked, [])}
    assert rule not in {entry.rule for entry in _told(tmp_path, acked, _flags(rule)) if entry.kind == "notice"}


def test_every_rule_whose_fixture_needs_a_flag_says_which() -> None:
    assert {rule: RULES[rule].depends for rule in RULES if _flags(rule) and not RULES[rule].depends} == {}
    for rule in FLAGGED:
        assert RULES[rule].depends in _flags(rule) or RULES[rule].depends in ("folder", "--transformers")


@pytest.mark.parametrize(
    ("rule", "flags", "is_stale"),
    [
        ("RL223", [], False),
        ("RL223", ["--resumable"], True),
        ("RL214", [], False),
        ("RL214", ["--runtime", "ray"], True),
        ("RL226", ["--num-workers", "2"], False),
        ("RL226", [], True),
        ("RL203", [], False),
        ("RL104", [], False),
        ("RL221", [], True),
        ("RL312", ["--resumable"], True),
    ],
)
def test_an_ack_is_stale_only_where_its_rule_could_speak(rule: str, flags: list[str], is_stale: bool, tmp_path: Path) -> None:
    source = f"from transformers import Trainer\n\ntrainer = Trainer(1)  # raylift: ack[{rule}] we know\ntrainer.train()\n"
    assert ("RL402" in {entry.rule for entry in _told(tmp_path, source, flags)}) == is_stale
