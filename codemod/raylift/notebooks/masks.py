"""What a kernel takes and Python does not: magics and shell lines, which stand aside while a cell is read as Python.

A masked line becomes a statement that does nothing, `"%% line 3"`, so that it keeps its place among the others; it says which
names the line reads. What a magic times stays Python, with a comment for the magic: `f()  # %% line 3`. A cell of another
language, or one that Python cannot read, is masked as a whole.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

PYTHON_CELLS = frozenset({"capture", "memit", "mprun", "prun", "time", "timeit", "wandb"})
"""Cell magics whose cell is Python."""
MAGIC = re.compile(r"\s*(?:[!%]|\?{1,2}\w)|\s*[\w.]+\?{1,2}\s*$")
ASSIGNED = re.compile(r"(?P<left>\s*[\w, ]+=\s*)(?P<magic>[!%].*)", re.DOTALL)
MASK = re.compile(r'"%% line (\d+)(?:, [^"\n]*)?"')
TIMED = re.compile(r"%(?:time|timeit|prun|memit)\s+(?:-\w+\s*\d*\s+)*(?P<code>[^-\s].*)")
TIMED_MASK = re.compile(r"^(?P<code>.*)  # %% line (?P<number>\d+)$", re.MULTILINE)
READ_NAME = re.compile(r"\{\s*(\w+)|\$(\w+)")
STRING_STARTS = ('"""', "'''", '"', "'")


class MaskedCell(NamedTuple):
    """A cell as Python, and what was masked of it, by number."""

    code: str
    masks: dict[int, str]


def masked(source: str, first: int) -> MaskedCell:
    """A cell's source as Python; masks are numbered from `first`."""
    cell_magic = re.match(r"\s*%%(\w*)", source)
    if cell_magic and cell_magic[1] not in PYTHON_CELLS:
        return _whole(source, first)
    masks: dict[int, str] = {}
    lines: list[str] = []
    for logical in _logical_lines(source):
        found = _magic_in(logical)
        if found is None:
            lines.append(logical)
            continue
        number = first + len(masks)
        masks[number] = found[1]
        lines.append(_mask(*found, number) + ("\n" if logical.endswith("\n") else ""))
    code = "".join(lines)
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        return _whole(source, first, f", left as it is: {' '.join(said.split())}".replace('"', "'").replace("\\", "/"))
    return MaskedCell(code, masks)


def unmasked(code: str, masks: dict[int, str]) -> str:
    """The cell's source again."""

    def timed(found: re.Match[str]) -> str:
        """The magic again where its code still stands in a cell of its own; in a function it has gone with the cell."""
        code, magic = found["code"], masks.get(int(found["number"]), "")
        was = TIMED.fullmatch(magic)
        return magic if was and was["code"] == code else code

    return MASK.sub(lambda found: masks.get(int(found[1]), found[0]), TIMED_MASK.sub(timed, code))


def _mask(left: str, magic: str, number: int) -> str:
    """What stands for a magic among the statements of its cell."""
    timed = TIMED.fullmatch(magic)
    if timed and not left and _is_python(timed["code"]):
        return f"{timed['code']}  # %% line {number}"
    read = sorted({name for found in READ_NAME.finditer(magic) for name in found.groups() if name and not name.isdigit()})
    return f'{left}"%% line {number}{f", reads {chr(32).join(read)}" if read else ""}"'


def _is_python(code: str) -> bool:
    try:
        return bool(ast.parse(code).body)
    except (SyntaxError, ValueError):
        return False


def _whole(source: str, first: int, reason: str = "") -> MaskedCell:
    end = "\n" if source.endswith("\n") else ""
    return MaskedCell(f'"%% line {first}{reason}"{end}', {first: source.removesuffix("\n")})


def _magic_in(line: str) -> tuple[str, str] | None:
    """What stands before a magic and the magic itself, where a logical line is or assigns one."""
    bare = line.rstrip("\n")
    if MAGIC.match(bare):
        indent = bare[: len(bare) - len(bare.lstrip())]
        return indent, bare[len(indent) :]
    if assigned := ASSIGNED.fullmatch(bare):
        return assigned["left"], assigned["magic"]
    return None


def _logical_lines(source: str) -> Iterator[str]:
    """The lines of a source, those of one statement or one magic together."""
    lines = source.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        end = at + 1
        if _magic_in(lines[at]):
            while end < len(lines) and lines[end - 1].rstrip("\n").endswith("\\"):
                end += 1
        else:
            while end < len(lines) and _is_open("".join(lines[at:end])):
                end += 1
        yield "".join(lines[at:end])
        at = end


def _is_open(text: str) -> bool:
    """Whether a text ends within brackets, within a string of several lines, or with a backslash."""
    depth, at = 0, 0
    while at < len(text):
        quote = next((start for start in STRING_STARTS if text.startswith(start, at)), "")
        if quote:
            end = _end_of_string(text, at + len(quote), quote)
            if end < 0:
                return True
            at = end
            continue
        if text[at] == "#":
            newline = text.find("\n", at)
            at = len(text) if newline < 0 else newline
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
    return depth > 0 or text.rstrip("\n").endswith("\\")


def _end_of_string(text: str, at: int, quote: str) -> int:
    """Where a string ends; -1 where it goes on below, and its line's end where a short one was never closed."""
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif text[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return -1 if len(quote) == 3 else len(text)
