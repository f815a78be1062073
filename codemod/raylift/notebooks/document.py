"""A notebook's JSON with the places of what may change in it; everything else keeps its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

DECODER = json.JSONDecoder()
BLANKS = " \t\n\r"


class NotANotebook(Exception):
    """The bytes are no notebook; says why in one line."""


class Span(NamedTuple):
    """A value of the JSON text and where it stands there."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it is of (`code`, `markdown`, ...), its text, and where its parts stand."""

    kind: str
    source: str
    whole: Span
    parts: dict[str, Span]
    source_key: str


@dataclass(frozen=True, slots=True)
class NewCell:
    """What a cell becomes; `old` is the cell whose place and metadata it takes, None for one that was not there."""

    source: str
    old: Cell | None = None


class Notebook:
    """A notebook of format 3 or 4. Raises NotANotebook where the bytes are none."""

    def __init__(self, raw: bytes) -> None:
        try:
            self.text = raw.decode("utf-8")
            top = dict(_members(self.text, _after_blanks(self.text, 0)))
        except (UnicodeDecodeError, ValueError, IndexError, RecursionError) as error:
            raise NotANotebook(f"is no notebook: {_first_line(error)}") from None
        self._holder = _cells_of(self.text, top)
        if self._holder is None:
            raise NotANotebook("is no notebook: it holds no cells")
        metadata = top["metadata"].value if "metadata" in top else {}
        self.language = str(_language(metadata))
        self._has_ids = _number(top, "nbformat") > 4 or (_number(top, "nbformat") == 4 and _number(top, "nbformat_minor") >= 5)
        self._ids_given: set[str] = set()
        self._spans = list(_elements(self.text, self._holder.start))
        self.cells = [_cell(self.text, span) for span in self._spans]

    def file_line(self, number: int, within: int) -> int:
        """The line of the JSON text that holds a line of a cell, by the cell's number among all, from 1."""
        cell = self.cells[number - 1]
        span = cell.parts[cell.source_key]
        first = self.text.count("\n", 0, span.start) + 1
        return first + within if "\n" in self.text[span.start : span.end] else first

    def with_cells(self, cells: Sequence[Cell | NewCell]) -> bytes:
        """The notebook with these cells in this order; those that are its own keep their bytes."""
        assert self._holder is not None
        if not self._spans:
            return self.text.encode()
        texts = [self._text(cell) for cell in cells]
        between = f",{self._lead()}" if len(self._spans) == 1 else self.text[self._spans[0].end : self._spans[1].start]
        joined = between.join(texts)
        return (self.text[: self._spans[0].start] + joined + self.text[self._spans[-1].end :]).encode()

    def _text(self, cell: Cell | NewCell) -> str:
        if isinstance(cell, Cell):
            return self.text[cell.whole.start : cell.whole.end]
        return self._changed(cell.old, cell.source) if cell.old else self._made(cell.source)

    def _changed(self, old: Cell, source: str) -> str:
        """A cell with another source, and without what running the old one gave."""
        changes = [(old.parts[old.source_key], self._source(old, source))]
        if old.kind == "code":
            changes += [(old.parts["outputs"], "[]")] if "outputs" in old.parts else []
            counts = [key for key in ("execution_count", "prompt_number") if key in old.parts]
            changes += [(old.parts[key], "null") for key in counts]
        text, at = "", old.whole.start
        for span, new in sorted(changes, key=lambda change: change[0].start):
            text += self.text[at : span.start] + new
            at = span.end
        return text + self.text[at : old.whole.end]

    def _source(self, old: Cell, source: str) -> str:
        """A source as this notebook writes them: one text, or its lines in a list."""
        span = old.parts[old.source_key]
        if isinstance(span.value, str):
            return self._quoted(source)
        return self._listed(source, self._indent(span))

    def _listed(self, source: str, indent: str | None) -> str:
        lines = [self._quoted(line) for line in source.splitlines(keepends=True)]
        if indent is None:
            return f"[{', '.join(lines)}]"
        closing = indent[: len(indent) - self._step()] if indent.strip(" ") == "" else indent[:-1]
        return "[\n" + ",\n".join(indent + line for line in lines) + f"\n{closing}]" if lines else "[]"

    def _indent(self, span: Span) -> str | None:
        """How deep the lines of a source stand; None where all is in one line."""
        before = self.text[span.start + 1 : _after_blanks(self.text, span.start + 1)]
        if "\n" in before:
            return before.rpartition("\n")[2]
        return None if span.value or "\n" not in self._lead() else self._lead().rpartition("\n")[2] + " " * (2 * self._step())

    def _lead(self) -> str:
        assert self._holder is not None
        return self.text[self._holder.start + 1 : self._spans[0].start]

    def _step(self) -> int:
        """The indentation of one level."""
        return max(len(self._lead().rpartition("\n")[2]) // 2, 1)

    def _made(self, source: str) -> str:
        """A new code cell in the manner of the others."""
        like = next(cell for cell in self.cells if cell.kind == "code")
        fields: dict[str, Any] = {}
        for key in like.parts:
            fields[key] = {"cell_type": "code", "metadata": {}, "outputs": [], "collapsed": False}.get(key)
        if "language" in like.parts:
            fields["language"] = like.parts["language"].value
        fields.pop("id", None)
        if self._has_ids:
            fields["id"] = self._free_id()
        fields = {key: value for key, value in fields.items() if value is not None or key in ("execution_count", "prompt_number")}
        indent = self._lead().rpartition("\n")[2]
        lines = []
        for key in sorted({*fields, like.source_key}):
            value = self._source(like, source) if key == like.source_key else self._quoted(fields[key])
            lines.append(f"{self._quoted(key)}: {value}")
        if "\n" not in self._lead():
            return "{" + ", ".join(lines) + "}"
        inner = indent + " " * self._step()
        return "{\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}}}"

    def _free_id(self) -> str:
        used = self._ids_given | {cell.parts["id"].value for cell in self.cells if "id" in cell.parts}
        name = next(name for name in map("raylift-{}".format, count(1)) if name not in used)
        self._ids_given.add(name)
        return name

    def _quoted(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=self.text.isascii())


def _cells_of(text: str, top: dict[str, Span]) -> Span | None:
    """The list of cells: at the top since format 4, in the first worksheet before."""
    if "cells" in top:
        return top["cells"] if isinstance(top["cells"].value, list) else None
    if "worksheets" in top and isinstance(top["worksheets"].value, list) and top["worksheets"].value:
        first = next(_elements(text, top["worksheets"].start))
        if isinstance(first.value, dict):
            return dict(_members(text, first.start)).get("cells")
    return None


def _cell(text: str, whole: Span) -> Cell:
    if not isinstance(whole.value, dict):
        raise NotANotebook("is no notebook: one of its cells is no object")
    parts = dict(_members(text, whole.start))
    key = "source" if "source" in parts else "input"
    source = parts[key].value if key in parts else ""
    joined = source if isinstance(source, str) else "".join(map(str, source))
    return Cell(str(whole.value.get("cell_type", "")), joined, whole, parts, key)


def _members(text: str, start: int) -> Iterator[tuple[str, Span]]:
    """The members of the object that begins at a place."""
    if text[start] != "{":
        raise ValueError("it is no JSON object")
    at = _after_blanks(text, start + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        at = _after_blanks(text, _after_blanks(text, at) + 1)  # past the colon
        value, end = DECODER.raw_decode(text, at)
        yield key, Span(value, at, end)
        at = _after_blanks(text, end)
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _elements(text: str, start: int) -> Iterator[Span]:
    """The elements of the list that begins at a place."""
    at = _after_blanks(text, start + 1)
    while text[at] != "]":
        value, end = DECODER.raw_decode(text, at)
        yield Span(value, at, end)
        at = _after_blanks(text, end)
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _after_blanks(text: str, at: int) -> int:
    while text[at] in BLANKS:
        at += 1
    return at


def _language(metadata: Any) -> Any:
    if not isinstance(metadata, dict):
        return "python"
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        if isinstance(metadata.get(key), dict) and metadata[key].get(name):
            return metadata[key][name]
    return "python"


def _number(top: dict[str, Span], key: str) -> int:
    return top[key].value if key in top and isinstance(top[key].value, int) else 0


def _first_line(error: Exception) -> str:
    if isinstance(error, IndexError):
        return "its JSON ends before it is complete"
    return str(error).partition("\n")[0]
