"""A notebook as one Python text, and the cells that a lifted text stands for.

Each code cell begins with a statement that does nothing, `"%% cell 3"`, which no step moves; so every line knows its cell,
before and after a lift.
"""

from __future__ import annotations

import ast
import re
import textwrap
from bisect import bisect_right

from raylift.notebooks.document import Cell, NewCell, Notebook
from raylift.notebooks.masks import MASK, Mask, MaskedCell, masked, unmasked, untimed

START = re.compile(r'^"%% cell (\d+)"$', re.MULTILINE)


class CellText:
    """The code cells of a notebook as one text."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._masks: dict[int, Mask] = {}
        self._cells: dict[int, MaskedCell] = {}
        self._starts: list[tuple[int, int]] = []
        parts: list[str] = []
        line = 1
        for number, cell in enumerate(notebook.cells, 1):
            if cell.kind != "code":
                continue
            read = self._cells[number] = masked(cell.source, len(self._masks) + 1)
            self._masks |= read.masks
            self._starts.append((line, number))
            parts.append(f'"%% cell {number}"\n{read.code.rstrip(chr(10))}\n')
            line += parts[-1].count("\n")
        self.source = "".join(parts).encode()

    def cell_line(self, line: int) -> tuple[int, int]:
        """The cell, and the line in it, that a line of the text is; (0, 0) where it is none."""
        at = bisect_right(self._starts, (line, len(self.notebook.cells) + 1)) - 1
        if at < 0 or line < 1:
            return 0, 0
        first, number = self._starts[at]
        lines = self._cells[number].lines
        within = max(line - first, 1)
        return number, lines[within - 1] if within <= len(lines) else within

    def notebook_of(self, code: bytes) -> bytes:
        """The notebook whose cells are those of a lifted, or marked, text."""
        new = _parts_of(code.decode(), known=frozenset(self.source.decode().splitlines()))
        cells: list[Cell | NewCell] = []
        for number, cell in enumerate(self.notebook.cells, 1):
            if cell.kind != "code":
                cells.append(cell)
                continue
            cells += self._became(cell, self._cells[number], new.get(number, []))
        return self.notebook.with_cells(cells)

    def _became(self, cell: Cell, read: MaskedCell, pieces: list[str]) -> list[Cell | NewCell]:
        """What one cell has become: itself where nothing of it changed, else one cell or more; none where all of it moved."""
        own = [piece.strip("\n") for piece in pieces if piece.strip()]
        if len(own) != 1 or own[0] != read.code.strip("\n"):
            own = [piece for piece in own if not self._is_only_a_cell_magic(piece)]
        if len(own) == 1 and own[0] == read.code.strip("\n"):
            return [cell]
        if not own:
            return [] if read.code.strip() else [cell]
        end = "\n" if cell.source.endswith("\n") else ""
        sources = [unmasked(piece, self._masks) + end for piece in own]
        return [NewCell(source, cell if at == 0 else None) for at, source in enumerate(sources)]

    def _is_only_a_cell_magic(self, piece: str) -> bool:
        """Whether all that is left of a cell is the magic that spoke of its code."""
        found = MASK.fullmatch(piece)
        mask = self._masks.get(int(found[1])) if found else None
        return mask is not None and (bool(mask.code) or re.match(r"%%\w", mask.source) is not None)


def _parts_of(code: str, known: frozenset[str]) -> dict[int, list[str]]:
    """The text of each cell by its number, in pieces where the train function and its launcher stand between."""
    tree = ast.parse(code)
    lines = code.splitlines(keepends=True)
    guard = (
        tree.body[-1]
        if tree.body and isinstance(tree.body[-1], ast.If) and "__name__" in ast.unparse(tree.body[-1].test)
        else None
    )
    launch = ""
    if guard is not None:
        launch = textwrap.dedent("".join(lines[guard.body[0].lineno - 1 : guard.end_lineno]))
        lines = lines[: guard.lineno - 1]
    train = _handed_to_launcher(tree, launch)
    begins = _with_imports_above(tree, train, lines, known) if train else 0
    parts: dict[int, list[str]] = {}
    number = 0
    for at, line in enumerate(lines, 1):
        if found := START.match(line.rstrip("\n")):
            number = int(found[1])
            parts[number] = [""]
            continue
        if not number:  # what a lift has put above the first cell
            parts.setdefault(-1, [""])[-1] += line
            continue
        if at == begins:
            parts[number] += [""]
        parts[number][-1] += line
        if train is not None and at == train.end_lineno:
            parts[number][-1] = untimed(parts[number][-1])
            parts[number] += [launch, ""]
    return _with_head(parts)


def _with_imports_above(tree: ast.Module, train: ast.FunctionDef, lines: list[str], known: frozenset[str]) -> int:
    """The first line of the train function's cell, which begins with what a lift imports."""
    begins = train.lineno
    for node in reversed(tree.body[: tree.body.index(train)]):
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or lines[node.lineno - 1].rstrip("\n") in known:
            break
        begins = node.lineno
    return begins


def _with_head(parts: dict[int, list[str]]) -> dict[int, list[str]]:
    """What stands above the first cell belongs to it."""
    head = parts.pop(-1, [""])[0]
    if head.strip() and parts:
        first = min(parts)
        parts[first][0] = head + parts[first][0]
    return parts


def _handed_to_launcher(tree: ast.Module, launch: str) -> ast.FunctionDef | None:
    if not launch:
        return None
    given = {
        call.args[0].id
        for call in ast.walk(ast.parse(launch))
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Name)
    }
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in given]
    return functions[-1] if functions else None
