"""A notebook's change as a reader wants to see it: code, cell by cell, without its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from raylift.notebooks.document import Cell, Notebook


def shown_cells(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both notebooks as text: each code cell under a line that names it by its number among all cells of the old one."""
    before, after = (Notebook(raw).cells for raw in (old, new))
    names = dict(_names(before, after))
    return _text(before, {at: f"cell {at + 1}" for at in range(len(before))}), _text(after, names)


def cell_names(old: bytes, new: bytes) -> list[str]:
    """What each cell of a lifted notebook is called: by the number that it has in the old one, lifted or not, or as new behind that."""
    before, after = (Notebook(raw).cells for raw in (old, new))
    names: list[str] = []
    behind = ""
    for at, name in _names(before, after):
        if name == "new cell":
            names.append(f"new cell behind {behind}" if behind else name)
            continue
        behind = name
        is_as_before = before[int(name.rpartition(" ")[2]) - 1].source == after[at].source
        names.append(name if is_as_before else f"lifted {name}")
    return names


def _names(before: Sequence[Cell], after: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    """What each cell of the new notebook is called: as the one that it was, or a new one."""
    ids = {cell.parts["id"].value: at for at, cell in enumerate(before) if "id" in cell.parts}
    if ids:
        for at, cell in enumerate(after):
            was = ids.get(cell.parts["id"].value) if "id" in cell.parts else None
            yield at, "new cell" if was is None else f"cell {was + 1}"
        return
    old, new = ([(cell.kind, cell.source) for cell in cells] for cells in (before, after))
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for at in range(new_start, new_end):
            was = old_start + at - new_start
            yield at, f"cell {was + 1}" if tag in ("equal", "replace") and was < old_end else "new cell"


def _text(cells: Sequence[Cell], names: dict[int, str]) -> bytes:
    parts = [f"# %% {names[at]}\n{cell.source.rstrip(chr(10))}\n\n" for at, cell in enumerate(cells) if cell.kind == "code"]
    return "".join(parts).encode(errors="surrogatepass")
