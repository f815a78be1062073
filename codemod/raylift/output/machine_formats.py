"""The answer of `check` for machines: JSON, SARIF and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from raylift.notebooks.cell_line import CellLine, file_line
from raylift.output.entries import LEVELS, Entry
from raylift.output.sarif import as_sarif

GITHUB = {"note": "notice", "warning": "warning", "error": "error"}


def as_json(entries: Sequence[Entry], counts: Mapping[str, int]) -> str:
    """Every entry and the number of files by outcome, as one object."""
    return json.dumps({"version": 1, "files": dict(counts), "entries": [_fields(entry) for entry in entries]}, indent=2) + "\n"


def _fields(entry: Entry) -> dict[str, object]:
    """An entry as it is; of a notebook the line is one of its cell."""
    if isinstance(entry.line, CellLine):
        return {**entry._asdict(), "cell": entry.line.cell, "line": entry.line.within}
    return entry._asdict()


def as_github(entries: Sequence[Entry], counts: Mapping[str, int]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    return "".join(
        f"::{GITHUB[LEVELS[entry.kind]]} file={_property(entry.path)},line={max(file_line(entry.line), 1)},title={_property(entry.rule or 'raylift')}"
        f"::{_data(' '.join(filter(None, [entry.text, entry.remedy])))}\n"
        for entry in entries
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Sequence[Entry], Mapping[str, int]], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
