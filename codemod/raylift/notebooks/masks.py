"""What a kernel takes and Python does not: magics and shell lines, which stand aside while a cell is read as Python.

A masked line becomes a statement that does nothing, `"%% line 3"`, so that it keeps its place among the others; it names what
the line reads. Code that a magic times is read as code, below a mark of its own. A cell of another language, or one that Python
cannot read, is masked as a whole.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from raylift.notebooks.kernel_lines import names_given, runs_something

PYTHON_CELLS = frozenset({"capture", "memit", "mprun", "prun", "time", "timeit", "wandb"})
"""Cell magics whose cell is Python."""
MAGIC = re.compile(r"\s*(?:[!%]|\?{1,2}\w)|\s*[\w.]+\?{1,2}\s*$")
ASSIGNED = re.compile(r"(?P<left>\s*[\w, ]+=\s*)(?P<magic>[!%].*)", re.DOTALL)
MASK = re.compile(r'"%% line (\d+)(?:, [^"\n]*)?"')
TIMED = re.compile(r'(?P<indent>[ \t]*)"%% line (?P<number>\d+), timed"\n(?P<remarks>(?:[ \t]*#.*\n)*)(?P=indent)?')
TIMING = re.compile(r"%(?:time|timeit|prun|memit)\s+(?:-\w+\s*\d*\s+)*(?P<code>[^-\s].*)", re.DOTALL)
STRING_STARTS = ('"""', "'''", '"', "'")


class MaskedCell(NamedTuple):
    """A cell as Python, what was masked of it, by number, and for each line of the code that of the cell."""

    code: str
    masks: dict[int, Mask]
    lines: tuple[int, ...] = ()


class Mask(NamedTuple):
    """What stands aside, and the code that is read in its place, where a magic times it."""

    source: str
    code: str = ""


def masked(source: str, first: int) -> MaskedCell:
    """A cell's source as Python; masks are numbered from `first`."""
    cell_magic = re.match(r"\s*%%(\w*)", source)
    if cell_magic and cell_magic[1] not in PYTHON_CELLS:
        return _whole(source, first, _told(source.lstrip()))
    masks: dict[int, Mask] = {}
    texts: list[str] = []
    lines: list[int] = []
    line = 1
    for logical in _logical_lines(source):
        text, mask = _read(logical, first + len(masks))
        if mask is not None:
            masks[first + len(masks)] = mask
        texts.append(text)
        shift = int(mask is not None and bool(mask.code))
        lines += [max(line, line + at - shift) for at in range(len(text.splitlines()))]
        line += logical.count("\n")
    code = "".join(texts)
    try:
        code.encode()
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _whole(source, first, f", left as it is: {_said(error)}")
    return MaskedCell(code, masks, tuple(lines))


def unmasked(code: str, masks: dict[int, Mask]) -> str:
    """The cell's source again; where code that was timed has moved away, so has what timed it."""
    return MASK.sub(lambda found: masks[int(found[1])].source if int(found[1]) in masks else found[0], _timed(code, masks))


def untimed(code: str) -> str:
    """Code without the marks of what times it in a kernel."""
    return TIMED.sub(lambda found: found["remarks"] + found["indent"], code)


def _timed(code: str, masks: dict[int, Mask]) -> str:
    """Code with its timing magics, as far as what they timed still follows them."""
    parts: list[str] = []
    at = 0
    for found in TIMED.finditer(code):
        mask = masks.get(int(found["number"]))
        if mask is None or found.start() < at:
            continue
        stays = code.startswith(mask.code, found.end())
        parts += [code[at : found.start()], found["remarks"], found["indent"], mask.source if stays else ""]
        at = found.end() + (len(mask.code) if stays else 0)
    return "".join([*parts, code[at:]])


def _read(logical: str, number: int) -> tuple[str, Mask | None]:
    """A logical line as Python, and what was masked of it."""
    found = _magic_in(logical)
    if found is None:
        return logical, None
    left, magic = found
    end = "\n" if logical.endswith("\n") else ""
    timing = TIMING.fullmatch(magic)
    if timing and _is_python(f"{left.lstrip()}{timing['code']}"):
        indent = left[: len(left) - len(left.lstrip())]
        own = left[len(indent) :]
        code = f"{own}{timing['code']}"
        return f'{indent}"%% line {number}, timed"\n{indent}{code}{end}', Mask(f"{own}{magic}", code)
    return f'{left}"%% line {number}{_told(magic)}"{end}', Mask(magic)


def _told(magic: str) -> str:
    """What of a magic matters to the code around it."""
    names = " ".join(sorted(names_given(magic)))
    return f"{', runs' if runs_something(magic) else ''}{f', reads {names}' if names else ''}"


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _whole(source: str, first: int, reason: str = "") -> MaskedCell:
    end = "\n" if source.endswith("\n") else ""
    return MaskedCell(f'"%% line {first}{reason}"{end}', {first: Mask(source.removesuffix("\n"))}, (1,))


def _said(error: Exception) -> str:
    """What Python says of a cell, in a form that a string in quotes can hold."""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    said = "it holds half a character" if isinstance(error, UnicodeError) else said
    return " ".join(said.split()).replace('"', "'").replace("\\", "/")


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
