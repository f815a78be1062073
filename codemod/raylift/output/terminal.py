"""The change of one file as styled lines for a terminal; nothing of its text can steer the terminal."""

from __future__ import annotations

import shutil

from raylift.output.side_by_side import hunks
from raylift.output.unified_diff import unified_diff

Line = list[tuple[str, str]]
"""Pieces of text, each with the style that rich gives it."""

ELLIPSIS, ACROSS, DOWN = "\u2026", "\u2500", " \u2502 "
DIFF_STYLES = {b"-": "red", b"+": "green", b"@": "cyan"}


def in_colours(path: str, old: bytes, new: bytes) -> list[Line]:
    """The unified diff as lines for a terminal."""
    lines = unified_diff(old, new, path)
    return [[(visible(line), "bold" if number < 2 else DIFF_STYLES.get(line[:1], ""))] for number, line in enumerate(lines)]


def in_columns(path: str, old: bytes, new: bytes) -> list[Line]:
    """Old and new side by side, as wide as the terminal."""
    width = (shutil.get_terminal_size((160, 24)).columns - 15) // 2
    lines: list[Line] = [[(path, "bold")]]
    for hunk in hunks(old, new):
        lines.append([(ACROSS * (2 * width + 13), "cyan")])
        for row in hunk:
            left, right = ("", "") if row.kind == "equal" else ("red", "green")
            lines.append(
                [
                    (_cell(row.old_number, row.old, width), left),
                    (DOWN, "cyan"),
                    (_cell(row.new_number, row.new, width), right),
                ]
            )
    return lines


def _cell(number: int, line: bytes, width: int) -> str:
    text = visible(line).expandtabs(4) if number else ""
    shown = text if len(text) <= width else text[: width - 1] + ELLIPSIS
    return f"{number or '':>4} {shown:<{width}}"


def visible(line: bytes) -> str:
    """Source text for a terminal: nothing in it can move the cursor or change colours."""
    text = line.rstrip(b"\r\n").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in text)
