"""A line of a notebook: a number among those of all its code, which is shown as a cell and a line in it."""

from __future__ import annotations


class CellLine(int):
    """Sorts and counts as the line of the joined text; reads as `cell 3:2`."""

    cell: int
    within: int
    in_file: int

    def __new__(cls, line: int, cell: int, within: int, in_file: int) -> CellLine:
        made = super().__new__(cls, line)
        made.cell, made.within, made.in_file = cell, within, in_file
        return made

    def __str__(self) -> str:
        return f"cell {self.cell}:{self.within}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> tuple[type[CellLine], tuple[int, int, int, int]]:
        return CellLine, (int(self), self.cell, self.within, self.in_file)


def file_line(line: int) -> int:
    """The line of the file, for programs that show files: of a notebook that of its JSON."""
    return line.in_file if isinstance(line, CellLine) else line
