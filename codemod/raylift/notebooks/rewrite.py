"""The lift of a notebook: bytes in, outcome out, as for a script."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from raylift import lift
from raylift.notebooks.cell_line import CellLine
from raylift.notebooks.cell_text import CellText
from raylift.notebooks.document import NotANotebook, Notebook
from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.script.neighbours import InProject, Neighbours, no_neighbours
from raylift.settings import Settings


def rewrite_notebook(
    source: bytes, settings: Settings = Settings(), neighbours: Neighbours | InProject = no_neighbours
) -> Outcome:
    """Lift a notebook, or say why not. Never runs it; never raises."""
    try:
        notebook = Notebook(source)
    except NotANotebook as error:
        return Failed(str(error))
    if notebook.language.lower() not in ("python", "ipython"):
        return Untouched(f"its kernel speaks {notebook.language}, not Python")
    text = CellText(notebook)
    outcome = lift.rewrite(text.source, dataclasses.replace(settings, in_cells=True), neighbours)
    return _of_cells(outcome, text)


def _of_cells(outcome: Outcome, text: CellText) -> Outcome:
    """The same outcome with the notebook's bytes, and with cells where lines are named."""
    match outcome:
        case Rewritten():
            return dataclasses.replace(
                outcome,
                code=text.notebook_of(outcome.code),
                notices=_placed(outcome.notices, text),
                changes=_placed(outcome.changes, text),
                leftovers=_placed(outcome.leftovers, text),
            )
        case Refused():
            code = None if outcome.code is None else text.notebook_of(outcome.code)
            return Refused(_placed(outcome.notices, text), _placed(outcome.leftovers, text), code)
        case Untouched():
            return dataclasses.replace(
                outcome, leftovers=_placed(outcome.leftovers, text), notices=_placed(outcome.notices, text)
            )
        case Failed():
            return dataclasses.replace(outcome, line=_line(outcome.line, text))


def _placed(notices: Iterable[Notice], text: CellText) -> tuple[Notice, ...]:
    return tuple(dataclasses.replace(notice, line=_line(notice.line, text)) for notice in notices)


def _line(line: int, text: CellText) -> int:
    cell, within = text.cell_line(line)
    return CellLine(line, cell, within, text.notebook.file_line(cell, within)) if cell else line
