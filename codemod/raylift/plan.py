"""Values that describe a decision: what to edit, where statements go, what to tell the reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """A sentence for the reader: the line it speaks of, the rule behind it, and what to do about it."""

    line: int
    rule: str
    text: str
    remedy: str = ""


class Refusal(Exception):
    """Raised where a script cannot be lifted safely; carries the notice that says so."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.text)
        self.notice = notice
