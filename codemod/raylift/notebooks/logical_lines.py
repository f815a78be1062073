"""The lines of a cell, those of one statement or of one magic together."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAGIC = re.compile(r"\s*(?:[!%]|\?{1,2}\w)|\s*[\w.]+\?{1,2}\s*$")
ASSIGNED = re.compile(r"(?P<left>\s*[\w, ]+=\s*)(?P<magic>[!%].*)", re.DOTALL)
TOLD = re.compile(r"#|'''|\"\"\"|['\"]|(?P<opens>[(\[{])|(?P<closes>[)\]}])")
"""What tells where a statement ends: comments, quotes and brackets."""


def magic_in(line: str) -> tuple[str, str] | None:
    """What stands before a magic and the magic itself, where a logical line is or assigns one."""
    bare = line.rstrip("\n")
    if MAGIC.match(bare):
        indent = bare[: len(bare) - len(bare.lstrip())]
        return indent, bare[len(indent) :]
    if assigned := ASSIGNED.fullmatch(bare):
        return assigned["left"], assigned["magic"]
    return None


def logical_lines(source: str) -> Iterator[str]:
    """The lines of a source; a statement goes on while a bracket or a quote is open, and behind a backslash, as a magic does."""
    held: list[str] = []
    depth, quote, is_magic = 0, "", False
    for line in source.splitlines(keepends=True):
        is_magic = is_magic if held else magic_in(line) is not None
        held.append(line)
        if not is_magic:
            depth, quote = _read_on(line, depth, quote)
        if depth <= 0 and not quote and not line.rstrip("\n").endswith("\\"):
            yield "".join(held)
            held, depth = [], 0
    if held:
        yield "".join(held)


def _read_on(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open after a line, and which quote is, by what was open before it."""
    at = 0
    while True:
        if quote:
            at = _end_of_string(line, at, quote)
            if at < 0:
                return depth, quote
            quote = ""
        found = TOLD.search(line, at)
        if found is None or found[0] == "#":
            return depth, ""
        at = found.end()
        if found["opens"] or found["closes"]:
            depth += 1 if found["opens"] else -1
        else:
            quote = found[0]


def _end_of_string(line: str, at: int, quote: str) -> int:
    """Where a string ends; -1 where it goes on below, and the line's end where a short one was never closed."""
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif line.startswith(quote, at):
            return at + len(quote)
        elif line[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return -1
