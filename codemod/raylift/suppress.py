"""What the user has settled by a comment or a setting: `# raylift: skip-file`, `# raylift: ignore[RL201]`, `ignore = [...]`."""

from __future__ import annotations

import re
from collections.abc import Collection

from raylift.outcome import Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice

SKIP_FILE = re.compile(rb"^[ \t\xef\xbb\xbf]*#[ \t]*raylift:[ \t]*skip-file\b", re.MULTILINE)
IGNORE = re.compile(rb"#[ \t]*raylift:[ \t]*ignore(?:\[([^]\n]*)\])?")


def is_skipped(source: bytes) -> bool:
    """Whether a comment line of the script says to leave the whole file alone."""
    return b"skip-file" in source and SKIP_FILE.search(source) is not None


def without_settled(outcome: Outcome, source: bytes, ignored: Collection[str]) -> Outcome:
    """The outcome without the notices that the user has settled; a refusal for nothing else leaves the script alone."""
    by_line = ignored_by_line(source)
    if not (ignored or by_line):
        return outcome

    def open_ones(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        return tuple(n for n in notices if n.rule not in ignored and not _is_settled(n.rule, by_line.get(n.line)))

    match outcome:
        case Refused(notices):
            left = open_ones(notices)
            return Refused(left) if left else Untouched("what stops its lift is ignored")
        case Rewritten(code, notices, changes):
            return Rewritten(code, open_ones(notices), changes)
    return outcome


def ignored_by_line(source: bytes) -> dict[int, frozenset[str]]:
    """The rules that comments ignore, by the line they speak of: their own, or the next one where they stand alone."""
    found: dict[int, frozenset[str]] = {}
    if b"raylift" not in source:
        return found
    for number, line in enumerate(source.split(b"\n"), 1):
        if (match := IGNORE.search(line)) is not None:
            rules = frozenset(rule.strip().decode(errors="replace") for rule in (match[1] or b"").split(b",")) - {""}
            found[number + (not line[: match.start()].strip())] = rules
    return found


def _is_settled(rule: str, rules: frozenset[str] | None) -> bool:
    """A comment that names no rule ignores them all."""
    return rules is not None and (not rules or rule in rules)
