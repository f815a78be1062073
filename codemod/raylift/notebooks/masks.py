"""What a kernel takes and Python does not: magics and shell lines, which stand aside while a cell is read as Python.

A masked line becomes a statement that does nothing, `"%% line 3"`, so that it keeps its place among the others; it names what
the line reads. Code that a magic times is read as code, below a mark of its own. A cell of another language, or one that Python
cannot read, is masked as a whole.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from raylift.notebooks.kernel_lines import names_given, runs_something
from raylift.notebooks.logical_lines import logical_lines, magic_in

PYTHON_CELLS = frozenset({"capture", "memit", "mprun", "prun", "time", "timeit", "wandb"})
"""Cell magics whose cell is Python."""
MASK = re.compile(r'"%% line (\d+)(?:, [^"\n]*)?"')
TIMED = re.compile(r'(?P<indent>[ \t]*)"%% line (?P<number>\d+), timed"\n(?P<remarks>(?:[ \t]*#.*\n)*)(?P=indent)?')
TIMING = re.compile(r"%(?:time|timeit|prun|memit)\s+(?:-\w+\s*\d*\s+)*(?P<code>[^-\s].*)", re.DOTALL)


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
    for logical in logical_lines(source):
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
    found = magic_in(logical)
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
