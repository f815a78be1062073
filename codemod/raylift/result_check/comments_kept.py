"""Whether every comment of a source is still in its result."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from raylift.result_check.fault import Fault
from raylift.result_check.parsed_bytes import ParsedBytes

PIECES = re.compile(
    r"(?P<string>'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")|(?P<comment>#[^\n]*)",
    re.DOTALL,
)
SCRIPT_HEADER = re.compile(r"^# /// script[ \t]*\n(?:#[^\n]*\n)*?# ///[ \t]*$", re.MULTILINE)
"""The header of a script that names what it needs (PEP 723), among which a lift has its own."""


def comment_faults(before: ParsedBytes, after: ParsedBytes) -> Iterator[Fault]:
    """The comments that a result has less often than its source."""
    left = Counter(text for _, text in comments(after.text_of_all))
    for line, text in comments(SCRIPT_HEADER.sub(_as_blanks, before.text_of_all)):
        left[text] -= 1
        if left[text] < 0 and not _went_along(before, after, line, text):
            yield Fault(line, f"the comment `{text}` is lost")


def _went_along(before: ParsedBytes, after: ParsedBytes, line: int, text: str) -> bool:
    """Whether what a comment stands beside is gone as well, as an argument is that nothing takes any more."""
    beside = before.text_of_all.split("\n")[line - 1].rstrip().removesuffix(text).strip()
    return bool(beside) and beside not in after.text_of_all


def _as_blanks(header: re.Match[str]) -> str:
    return "\n" * header[0].count("\n")


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a source, with their lines."""
    if "#" not in text:
        return
    line, at = 1, 0
    for piece in PIECES.finditer(text):
        if piece.lastgroup == "comment":
            line += text.count("\n", at, piece.start())
            at = piece.start()
            yield line, piece["comment"].rstrip()
