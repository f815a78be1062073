"""The change of one file as a unified diff of bytes that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence

CONTEXT_LINES = 3
LONG_FILE = 5_000
"""Lines; beyond this difflib may treat frequent lines as noise, or blank lines alone would take it minutes."""

Opcode = tuple[str, int, int, int, int]


def unified_diff(old: bytes, new: bytes, path: str) -> list[bytes]:
    """The diff's lines, each with its own line end; empty where nothing differs."""
    before, after = byte_lines(old), byte_lines(new)
    hunks = hunks_of(before, after)
    return [*_header(path), *(line for hunk in hunks for line in _hunk(hunk, before, after))] if hunks else []


def hunks_of(before: list[bytes], after: list[bytes]) -> list[list[Opcode]]:
    """The places where the lines differ, each with the lines around it."""
    if before == after:
        return []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=max(len(before), len(after)) > LONG_FILE)
    return [list(hunk) for hunk in matcher.get_grouped_opcodes(CONTEXT_LINES)]


def byte_lines(source: bytes) -> list[bytes]:
    """Lines as diff and git count them: only a newline ends one, never a form feed or a lone carriage return."""
    lines = source.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _header(path: str) -> Iterator[bytes]:
    shown = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    for sign, side in ((b"---", "a"), (b"+++", "b")):
        yield sign + b" " + quoted(f"{side}/{shown}".encode(errors="surrogateescape")) + b"\n"


def quoted(name: bytes) -> bytes:
    """A file name as git writes it: quoted where it holds what would end it, with a tab after one that holds a space."""
    if any(byte < 32 or byte in b'"\\' or byte == 127 for byte in name):
        escapes = {ord('"'): b'\\"', ord("\\"): b"\\\\", 9: b"\\t", 10: b"\\n", 13: b"\\r"}
        return b'"' + b"".join(escapes.get(b, bytes([b]) if b >= 32 and b != 127 else b"\\%03o" % b) for b in name) + b'"'
    return name + b"\t" if b" " in name else name


def _hunk(hunk: Sequence[Opcode], before: list[bytes], after: list[bytes]) -> Iterator[bytes]:
    first, last = hunk[0], hunk[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n".encode()
    for tag, old_start, old_end, new_start, new_end in hunk:
        if tag == "equal":
            yield from (_line(b" ", line) for line in before[old_start:old_end])
        else:
            yield from (_line(b"-", line) for line in before[old_start:old_end])
            yield from (_line(b"+", line) for line in after[new_start:new_end])


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"
