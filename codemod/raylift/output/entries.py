"""What is to be said about a file, line by line: the one form behind text, JSON, SARIF and GitHub annotations."""

from __future__ import annotations

from typing import NamedTuple

from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice

LEVELS = {"lift": "warning", "notice": "note", "refusal": "error", "leftover": "warning", "failure": "error", "fault": "error"}
"""How grave each kind of entry is, in SARIF's words."""


class Entry(NamedTuple):
    """One thing to say; `line` is 0 and `rule` is empty where there is none."""

    path: str
    line: int
    rule: str
    kind: str
    text: str
    remedy: str = ""

    @property
    def place(self) -> str:
        """The line in words, of a notebook with its cell."""
        return f"line {int(self.line)}" if type(self.line) is int else str(self.line)

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        said = f"{where}: {self.rule} {self.text}" if self.rule else f"{where}: {self.text}"
        return f"{said}\n    {self.remedy}" if self.remedy else said


def entries_of(path: str, outcome: Outcome) -> list[Entry]:
    """Everything there is to say about a file, in the order of its lines."""
    if isinstance(outcome, Failed):
        return [Entry(path, outcome.line, "", "fault" if outcome.ours else "failure", outcome.message)]
    entries: list[Entry] = []
    if isinstance(outcome, Refused):
        entries += [_entry(path, notice, "refusal") for notice in sorted(outcome.notices)]
    if isinstance(outcome, Rewritten):
        entries += [_entry(path, change, "lift") for change in outcome.changes] or [Entry(path, 1, "", "lift", "would be lifted")]
    if isinstance(outcome, (Rewritten, Untouched)):
        entries += [_entry(path, notice, "notice") for notice in outcome.notices]
    entries += [_entry(path, notice, "leftover") for notice in outcome.leftovers]
    return sorted(entries, key=lambda entry: entry.line)


def _entry(path: str, notice: Notice, kind: str) -> Entry:
    return Entry(path, notice.line, notice.rule, kind, notice.text, notice.remedy)
