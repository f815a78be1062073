"""Where the imports that a lift needs go: below those of the script, and below the settings that come before them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby

import libcst as cst

from raylift.edits.lines import statements_of
from raylift.libraries import READING_SETTINGS
from raylift.plan import NeededImport

Body = list[cst.BaseStatement]
BLANK = cst.EmptyLine(indent=False)


def with_imports(body: Body, imports: Sequence[NeededImport]) -> Body:
    """The needed imports after the script's first block of imports."""
    if not imports:
        return body
    lines = import_statements(imports)
    place = _after_imports(body)
    if place < len(body):
        blanks = 2 if isinstance(body[place], (cst.FunctionDef, cst.ClassDef)) else 1
        body = [*body[:place], below_blanks(body[place], blanks), *body[place + 1 :]]
    if place:
        lines[0] = lines[0].with_changes(leading_lines=[BLANK])
    return [*body[:place], *lines, *body[place:]]


def import_statements(imports: Sequence[NeededImport]) -> Body:
    """The needed imports, a statement for each module."""
    lines: Body = []
    ordered = sorted(set(imports), key=lambda needed: (needed.module not in sys.stdlib_module_names, needed))
    for module, group in groupby(ordered, key=lambda needed: needed.module):
        needed = [each.name for each in group]
        names = [name for name in needed if name]
        lines += statements_of(*([] if all(needed) else [f"import {module}"]))
        lines += statements_of(*([f"from {module} import {', '.join(names)}"] if names else []))
    return lines


def below_blanks(statement: cst.BaseStatement, wanted: int) -> cst.BaseStatement:
    """A statement with so many blank lines above it at least."""
    lines = list(getattr(statement, "leading_lines", ()))
    blanks = next((i for i, line in enumerate(lines) if line.comment), len(lines))
    return statement.with_changes(leading_lines=[*[BLANK] * (wanted - blanks), *lines])


def _after_imports(body: Body) -> int:
    """The place after the imports at the top; settings may stand between them, until what they are for is imported."""
    place = 0
    is_complete = False
    for index, statement in enumerate(body):
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or (is_complete and index - place > 2):
            break
        if isinstance(statement, cst.SimpleStatementLine) and _is_import_or_docstring(statement.body[0], index):
            place = index + 1
            is_complete = is_complete or not READING_SETTINGS.isdisjoint(_roots(statement.body[0]))
    return place


def _roots(small: cst.BaseSmallStatement) -> set[str]:
    """The packages that an import imports."""
    if isinstance(small, cst.Import):
        return {alias.evaluated_name.partition(".")[0] for alias in small.names}
    module = small.module if isinstance(small, cst.ImportFrom) and not small.relative else None
    return {cst.Module([]).code_for_node(module).partition(".")[0]} if module else set()


def _is_import_or_docstring(small: cst.BaseSmallStatement, index: int) -> bool:
    string = (cst.SimpleString, cst.ConcatenatedString)
    is_docstring = index == 0 and isinstance(small, cst.Expr) and isinstance(small.value, string)
    return is_docstring or isinstance(small, (cst.Import, cst.ImportFrom))
