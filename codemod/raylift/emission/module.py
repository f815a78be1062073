"""A plan turned into code: edits, the train function, what launches it, imports."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import libcst as cst
import libcst.matchers as m

from raylift.edits.launching import launching_statements, without_exit
from raylift.edits.lines import change_first, statements_of
from raylift.edits.statements import without_gaps
from raylift.emission.concrete import ConcreteTree
from raylift.emission.layout import close_gaps
from raylift.emission.needed_imports import BLANK, Body, below_blanks, import_statements, with_imports
from raylift.emission.quotes_in_text import with_other_quotes
from raylift.emission.script_header import with_dependency
from raylift.plan import Launcher, NeededImport, Notice, Placement, Plan
from raylift.script import Script
from raylift.suppression.markers import BOM

if TYPE_CHECKING:
    from raylift.plan import Change


def emit(script: Script, plan: Plan, marks: Sequence[Notice] = ()) -> bytes:
    """The script with its plan carried out and its markers; bytes in the script's own encoding and newlines."""
    concrete = ConcreteTree(script, marks)
    edited = _Edited(concrete, plan)
    if plan.placement is None:
        body = [new for old in concrete.module.body for new in edited.statement(old)]
    else:
        assert plan.launcher is not None
        body = _lifted(concrete, plan, plan.placement, plan.launcher, edited)
    if plan.placement is None or plan.placement.place is None:
        body = with_imports(without_gaps(body), plan.imports)
    code = concrete.module.with_changes(body=without_gaps(body)).bytes
    code = with_dependency(code, plan.imports)
    return BOM + code if script.source.startswith(BOM) and not code.startswith(BOM) else code


class _Edited(cst.CSTTransformer):
    """Carries out the edits; a node is found by identity, so two can meet only on statements that share a line."""

    def __init__(self, concrete: ConcreteTree, plan: Plan) -> None:
        super().__init__()
        self._changes: dict[cst.CSTNode, list[Change]] = {}
        self._gone: set[cst.CSTNode] = set()
        for edit in sorted(plan.edits, key=lambda edit: (-edit.line, -edit.column, edit.last)):
            self._changes.setdefault(concrete.target(edit.node), []).append(edit.change)
        if len(set(map(attrgetter("node", "last"), plan.edits))) < len(plan.edits):
            raise ValueError("two edits of one node")
        self._touched = {concrete.target(concrete.script.top_level(edit.node)) for edit in plan.edits}

    def statement(self, old: cst.CSTNode) -> Body:
        """The statements that one top-level statement has become."""
        new = old.visit(self) if old in self._touched else old
        if isinstance(new, cst.RemovalSentinel):
            return []
        return cast(Body, list(new.nodes) if isinstance(new, cst.FlattenSentinel) else [new])

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]  # one rule for all nodes
        if isinstance(updated_node, cst.Call) and isinstance(original_node, cst.Call):
            updated_node = close_gaps(original_node, updated_node, self._gone)
        if isinstance(updated_node, cst.FormattedString) and isinstance(original_node, cst.FormattedString):
            updated_node = with_other_quotes(original_node, updated_node)
        result: cst.CSTNode = updated_node
        for change in self._changes.get(original_node, ()):  # the last in the line first: those before it stay where they are
            result = cast(cst.CSTNode, change_first(result, change))
        if isinstance(result, cst.RemovalSentinel):
            self._gone.add(original_node)
        if isinstance(result, cst.IndentedBlock):
            body = without_gaps(result.body) or [cst.SimpleStatementLine([cst.Pass()])]
            starts_anew = isinstance(original_node, cst.IndentedBlock) and original_node.body[0] in self._gone
            return result.with_changes(body=_without_blanks_above(body) if starts_anew else body)
        return result


class _Unannotated(cst.CSTTransformer):
    """Python takes no annotation on a name that is declared `global`."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = frozenset(names)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.BaseSmallStatement:
        target, value = updated_node.target, updated_node.value
        if not isinstance(target, cst.Name) or target.value not in self._names:
            return updated_node
        return cst.Assign([cst.AssignTarget(target)], value) if value else cst.Pass()


def _lifted(concrete: ConcreteTree, plan: Plan, placement: Placement, launcher: Launcher, edited: _Edited) -> Body:
    """The top level with the moved statements inside the train function."""
    guard = concrete.target(placement.guard) if placement.guard else None
    stay, inside, behind, place = _sorted(concrete, placement, guard, edited)
    launch = launching_statements(concrete.module, launcher)
    if guard is None:
        train_func = _functions(placement, launcher, _tidy(inside))
        above = stay[:place]
        if placement.place is not None:
            above, train_func = _with_imports_in_cells(plan.imports, stay, place, train_func)
        new_guard = cst.ensure_type(cst.parse_statement('if __name__ == "__main__":\n    ...\n'), cst.If)
        new_guard = new_guard.with_changes(leading_lines=[BLANK, BLANK], body=cst.IndentedBlock(launch))
        return [*above, *train_func, *_below_blanks(stay[place:], 2), new_guard]
    old_guard = cst.ensure_type(stay[place], cst.If)
    train_func = _functions(placement, launcher, [*_tidy(inside), *_block(old_guard), *_tidy(behind)], old_guard)
    return [*stay[:place], *train_func, *_below_blanks([_relaunched(old_guard, launch)], 2), *stay[place + 1 :]]


def _with_imports_in_cells(imports: Sequence[NeededImport], stay: Body, place: int, train_func: Body) -> tuple[Body, Body]:
    """What stays of a notebook above its train function, and that; the imports stand above the first that uses them."""
    lines = import_statements(imports)
    names = {needed.name or needed.module.partition(".")[0] for needed in imports}
    above = stay[:place]
    first = next((at for at, statement in enumerate(above) if _uses(statement, names)), None)
    if first is None or not lines:
        return above, [*lines, *train_func]
    return [*above[:first], *lines, below_blanks(above[first], 2), *above[first + 1 :]], train_func


def _uses(statement: cst.BaseStatement, names: set[str]) -> bool:
    if m.matches(statement, m.SimpleStatementLine([m.Import() | m.ImportFrom()])):
        return False
    return any(cst.ensure_type(found, cst.Name).value in names for found in m.findall(statement, m.Name()))


def _sorted(
    concrete: ConcreteTree, placement: Placement, guard: cst.CSTNode | None, edited: _Edited
) -> tuple[Body, Body, Body, int]:
    """What stays at the top level, what moves from above the guard and from below it, and how much stays above the train function."""
    moved = {concrete.target(node) for node in placement.moved}
    opened = {concrete.target(node) for node in placement.opened}
    repeated = {concrete.target(node) for node in placement.repeated}
    settled = concrete.target(placement.place) if placement.place else None
    stay: Body = []
    inside: Body = []
    place = ahead = 0
    was_apart = blanks = False
    for old in concrete.module.body:
        if old is guard or (guard is None and settled is None and old in moved):
            place, ahead = len(stay), len(inside)
        if old in repeated:
            inside += _below_blanks(edited.statement(old), int(was_apart))
        if old in moved:
            new = edited.statement(old)
            inside += _below_blanks(_opened(new) if old in opened else new, int(was_apart))
            was_apart, blanks = False, blanks or _starts_blank(old)
        else:
            wanted = 2 if stay and isinstance(stay[-1], (cst.FunctionDef, cst.ClassDef)) else int(bool(stay))
            stay += _below_blanks(edited.statement(old), wanted if blanks else 0)
            was_apart, blanks = was_apart or _starts_blank(old), False
        if old is settled:
            place = len(stay)
    if guard is None:
        return stay, inside, [], place
    return stay, inside[:ahead], inside[ahead:], place


def _tidy(moved: Body) -> Body:
    """Moved statements as they stand in a function."""
    return list(map(_at_most_one_blank, without_gaps(moved)))


def _starts_blank(statement: cst.CSTNode) -> bool:
    return any(line.comment is None for line in getattr(statement, "leading_lines", ())[:1])


def _below_blanks(body: Body, wanted: int) -> Body:
    """Statements that stay apart from those before them where what stood between them is gone."""
    return [below_blanks(body[0], wanted), *body[1:]] if body and wanted else body


def _functions(placement: Placement, launcher: Launcher, inside: Body, guard: cst.If | None = None) -> Body:
    """The train function, and the one that starts it on a worker where that is a function of its own."""
    own: Body = [below_blanks(cst.parse_statement(code), 2) for code in launcher.functions]
    if not launcher.start:
        return [*own, _train_func(placement, launcher, launcher.preamble, inside, guard)]
    lines = "".join(f"    {line}\n" for line in launcher.preamble)
    start = cst.ensure_type(cst.parse_statement(f"def {launcher.start}({launcher.parameter}):\n{lines}"), cst.FunctionDef)
    bare = dataclasses.replace(launcher, parameter="")
    return [*own, _train_func(placement, bare, (), inside, guard), start.with_changes(leading_lines=[BLANK, BLANK])]


def _train_func(
    placement: Placement, launcher: Launcher, preamble: Sequence[str], inside: Body, guard: cst.If | None
) -> cst.FunctionDef:
    """`def train_func():` around the moved statements and the guard's body."""
    function = cst.parse_statement(f"def {launcher.train_func}({launcher.parameter}):\n    ...\n")
    lead = [
        *_imported_first(preamble, inside),
        *preamble,
        *([f"global {', '.join(placement.shared)}"] if placement.shared else []),
    ]
    body = _without_blanks_above([*statements_of(*lead), *inside])
    if placement.shared:
        body = [cast(cst.BaseStatement, statement.visit(_Unannotated(placement.shared))) for statement in body]
    block = cst.IndentedBlock(body)
    if guard and isinstance(guard.body, cst.IndentedBlock):
        block = block.with_changes(indent=guard.body.indent, footer=guard.body.footer)
    if launcher.quits:
        block = without_exit(block)
    return cst.ensure_type(function, cst.FunctionDef).with_changes(leading_lines=[BLANK, BLANK], body=block)


def _opened(statements: Body) -> Body:
    """What a guard holds, with the comments above it."""
    first, *more = [inner for each in statements for inner in _block(cst.ensure_type(each, cst.If))]
    above = cst.ensure_type(statements[0], cst.If).leading_lines
    return [first.with_changes(leading_lines=[*above, *getattr(first, "leading_lines", ())]), *more]


def _imported_first(preamble: Sequence[str], inside: Body) -> list[str]:
    """What the first lines of a train function read of modules that it imports itself, further down, as a cell's code may."""
    plain = [statement.body[0] for statement in inside if isinstance(statement, cst.SimpleStatementLine)]
    own = {alias.evaluated_name for small in plain if isinstance(small, cst.Import) for alias in small.names}
    return [f"import {name}" for name in ("os", "sys") if name in own and any(f"{name}." in line for line in preamble)]


def _block(guard: cst.If) -> Body:
    if isinstance(guard.body, cst.IndentedBlock):
        return list(guard.body.body)
    small = cst.ensure_type(guard.body, cst.SimpleStatementSuite)
    return [cst.SimpleStatementLine(small.body, trailing_whitespace=small.trailing_whitespace)]


def _relaunched(guard: cst.If, launch: Body) -> cst.If:
    if isinstance(guard.body, cst.IndentedBlock):
        return guard.with_changes(body=guard.body.with_changes(body=launch, footer=()))
    return guard.with_changes(body=cst.IndentedBlock(launch))


def _at_most_one_blank(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Blank lines shrink inside a function, and carry no spaces."""
    statement = cast(cst.BaseStatement, statement.visit(_BareBlankLines()))
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    kept: list[cst.EmptyLine] = []
    for is_blank, run in groupby(lines, key=lambda line: line.comment is None):
        kept += [BLANK] if is_blank else list(run)
    return statement.with_changes(leading_lines=kept)


class _BareBlankLines(cst.CSTTransformer):
    """A blank line that moves into a function would otherwise be indented."""

    def leave_EmptyLine(self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine) -> cst.EmptyLine:
        return updated_node if updated_node.comment else updated_node.with_changes(indent=False)


def _without_blanks_above(body: Body) -> Body:
    first = body[0]
    lines: list[cst.EmptyLine] = list(getattr(first, "leading_lines", ()))
    while lines and lines[0].comment is None:
        del lines[0]
    return [first.with_changes(leading_lines=lines), *body[1:]]
