"""Comments that are left where a person must decide: `# raylift: RL221 what there is to see; what to do`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from raylift.plan import Notice
from raylift.script.comment_lines import Lines, source_lines
from raylift.suppression.remarks import MARKER

BOM = b"\xef\xbb\xbf"
UNMARKED = frozenset({"RL125"})
"""What the launch command said is no matter of any line of the script."""
COOKIE = re.compile(r"(coding)(?=[:=])")
"""What Python would take for the source's encoding, in a comment of its first two lines."""


class MarkedSource(NamedTuple):
    """A source with its markers, and the lines of the unmarked one above which they were put, in order."""

    source: bytes
    above: tuple[int, ...] = ()

    def line(self, unmarked: int) -> int:
        """Where a line of the unmarked source is now."""
        return unmarked + bisect_right(self.above, unmarked)


def with_markers(source: bytes, notices: Iterable[Notice]) -> MarkedSource:
    """The source with a marker above each statement that a notice speaks of, unless one of its rule stands there already."""
    lines = source_lines(source)
    wanted: list[tuple[int, str]] = []
    for notice in sorted(notices):
        place = _place(notice, lines)
        if place and notice.rule not in UNMARKED | _rules_above(place, lines) and (place, _text(notice)) not in wanted:
            wanted.append((place, _text(notice)))
    if not wanted:
        return MarkedSource(source)
    start = BOM if source.startswith(BOM) else b""
    old = source[len(start) :].splitlines(keepends=True)
    new: list[bytes] = [start]
    for number, line in enumerate(old, 1):
        new += [_marker(text, line, old[0], lines.encoding) for place, text in wanted if place == number]
        new.append(line)
    return MarkedSource(b"".join(new), tuple(sorted(place for place, _ in wanted)))


def _place(notice: Notice, lines: Lines) -> int:
    """The first line of the statement that a notice speaks of, or of the next where it stands between them; 0 if there is none."""
    return next((logical[0] for logical in lines.logical if notice.line <= logical[-1]), 0)


def _rules_above(line: int, lines: Lines) -> set[str]:
    """The rules of the markers right above a line."""
    return {found["rule"] for comment in lines.above(line) if (found := MARKER.match(comment.text))}


def _text(notice: Notice) -> str:
    said = f"# raylift: {notice.rule} {notice.text}" + (f"; {notice.remedy}" if notice.remedy else "")
    return COOKIE.sub(r"\1 ", " ".join(said.split()))


def _marker(text: str, line: bytes, first: bytes, encoding: str) -> bytes:
    """The comment as a line of its own, indented as the line below it and ending as that does."""
    indent = line[: len(line) - len(line.lstrip(b" \t\f"))]
    end = line[len(line.rstrip(b"\r\n")) :] or first[len(first.rstrip(b"\r\n")) :] or b"\n"
    return indent + text.encode(encoding, "backslashreplace") + end
