"""Notebooks made for tests, in the ways in which programs write them."""

from __future__ import annotations

import json
from typing import Any

from raylift.notebooks.document import Cell, Notebook
from raylift.notebooks.rewrite import rewrite_notebook
from raylift.outcome import Rewritten, Untouched
from raylift.settings import Settings

OUTPUT = {"name": "stdout", "output_type": "stream", "text": ["of before\n"]}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def code(source: str, number: int, ids: bool = True) -> dict[str, Any]:
    """A code cell that has been run."""
    cell = {
        "cell_type": "code",
        "execution_count": number,
        "metadata": {},
        "outputs": [OUTPUT],
        "source": source.splitlines(keepends=True),
    }
    return {**cell, "id": f"c{number}"} if ids else cell


def markdown(source: str, number: int, ids: bool = True) -> dict[str, Any]:
    cell = {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}
    return {**cell, "id": f"c{number}"} if ids else cell


def notebook(*sources: str, minor: int = 5, **style: Any) -> bytes:
    """A notebook with these cells; one that begins with `#md ` is text. `style` is how its JSON is written."""
    cells = [
        markdown(source[4:], number, minor >= 5) if source.startswith("#md ") else code(source, number, minor >= 5)
        for number, source in enumerate(sources, 1)
    ]
    top = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": minor}
    return (json.dumps(top, **{"indent": 1, "ensure_ascii": False, "sort_keys": True, **style}) + "\n").encode()


def lifted_cells(*sources: str, **settings: Any) -> list[str]:
    """The code of each cell of a lifted notebook; fails where it is not lifted, or lifted twice."""
    outcome = rewrite_notebook(notebook(*sources), Settings(**settings))
    assert isinstance(outcome, Rewritten), outcome
    assert isinstance(rewrite_notebook(outcome.code, Settings(**settings)), Untouched)
    return [cell.source for cell in cells_of(outcome.code) if cell.kind == "code"]


def cells_of(raw: bytes) -> list[Cell]:
    return Notebook(raw).cells
