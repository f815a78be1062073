"""What a script's comments say to raylift: `# raylift: ignore[RL221]`, `# raylift: ack[RL312] reason`, and the markers that it left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from raylift.rules import RULES
from raylift.script import Script, remembered
from raylift.script.comment_lines import Comment, Lines, source_lines

SKIP_FILE = re.compile(rb"^[ \t\xef\xbb\xbf]*#[ \t]*raylift:[ \t]*skip-file\b", re.MULTILINE)
START = re.compile(r"#\s*raylift:\s*")
VERB = re.compile(r"(?P<verb>ignore|ack)\b(?:\[(?P<rules>[^]]*)\])?[\s:-]*(?P<reason>.*)")
MARKER = re.compile(r"#\s*raylift:\s*(?P<rule>RL\d+)\b\s*(?P<text>.*)")


class Remark(NamedTuple):
    """What a comment says: the verb (`ignore`, `ack` or `marker`), of which rules, why, in which line, and of which lines."""

    verb: str
    rules: tuple[str, ...]
    reason: str
    line: int
    lines: range


def fault_of(ack: Remark) -> str:
    """What an ack lacks; empty where it is right."""
    if not ack.rules:
        return "this ack names no rule"
    if unknown := [rule for rule in ack.rules if rule not in RULES]:
        return f"there is no rule {', '.join(unknown)} to acknowledge"
    return "" if ack.reason else f"this ack of {', '.join(ack.rules)} gives no reason"


def is_skipped(source: bytes) -> bool:
    """Whether a comment line of the script says to leave the whole file alone."""
    return b"skip-file" in source and SKIP_FILE.search(source) is not None


def remarks_of(source: bytes) -> tuple[Remark, ...]:
    """Every remark of a source, in the order of its lines."""
    if b"raylift:" not in source:
        return ()
    lines = source_lines(source)
    return tuple(remark for comment in lines.comments for remark in _in_comment(comment, lines))


def _in_comment(comment: Comment, lines: Lines) -> Iterator[Remark]:
    if comment.stands_alone and (marker := MARKER.match(comment.text)):
        yield Remark("marker", (marker["rule"],), marker["text"], comment.line, _spoken_of(comment, lines))
        return
    for said in START.split(comment.text)[1:]:
        if found := VERB.match(said):
            rules = tuple(filter(None, map(str.strip, (found["rules"] or "").split(","))))
            yield Remark(found["verb"], rules, found["reason"].strip(), comment.line, _spoken_of(comment, lines))


def _spoken_of(comment: Comment, lines: Lines) -> range:
    """A comment's own line; all of a statement where it stands alone right above it or follows its end."""
    line = lines.below(comment) if comment.stands_alone else comment.line
    around = lines.around(line)
    if around is not None and line == (around[0] if comment.stands_alone else around[-1]):
        return around
    return range(line, line + 1)


@remembered
def remarks_in(script: Script) -> tuple[Remark, ...]:
    """What a script's comments say to raylift."""
    return remarks_of(script.source)


def ignores(script: Script, rule: str, line: int, *, by_name: bool = False) -> bool:
    """Whether an `ignore` speaks of a rule at a line; one that names no rule speaks of all, unless it must name it."""
    spoken = (remark for remark in remarks_in(script) if remark.verb == "ignore" and line in remark.lines)
    return any(rule.startswith(remark.rules) or not (remark.rules or by_name) for remark in spoken)
