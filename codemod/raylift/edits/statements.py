"""Named changes to one statement of a line, or to what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.lines import spread, statements_of

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


class Nothing(cst.Pass):
    """Stands where a statement went whose comments stay; `without_gaps` hands them to the next one."""


def remove_statement(index: int) -> Change:
    """The small statement at `index` of a line goes; its comments stay, and what would be an empty block becomes `pass`."""

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        left = [*node.body[:index], *node.body[index + 1 :]]
        if left:
            return node.with_changes(body=[*left[:-1], left[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
        if isinstance(node, cst.SimpleStatementSuite):
            return node.with_changes(body=[cst.Pass()])
        return node.with_changes(body=[Nothing()]) if _has_comment(node) else cst.RemoveFromParent()

    return change


def replace_statement(index: int, code: str) -> Change:
    """The small statement at `index` of a line becomes another."""
    return spread(index, lambda small: statements_of(code))


def drop_statement(index: int) -> Change:
    """The statement goes with its comments; in a line of several it is the one at `index`."""

    def change(node: cst.CSTNode) -> Changed:
        if isinstance(node, cst.SimpleStatementSuite) or (isinstance(node, cst.SimpleStatementLine) and len(node.body) > 1):
            return remove_statement(index)(node)
        return cst.RemoveFromParent()

    return change


def without_gaps(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Statements without those that went; their comments stand above what follows them, or at a `pass` if nothing does."""
    kept: list[cst.BaseStatement] = []
    comments: list[cst.EmptyLine] = []
    for place, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], Nothing) and place < len(body) - 1:
            own = statement.trailing_whitespace.comment
            comments += [*statement.leading_lines, *([cst.EmptyLine(comment=own)] if own else [])]
            continue
        lines = [*comments, *getattr(statement, "leading_lines", ())]
        kept.append(statement.with_changes(leading_lines=lines) if comments else statement)
        comments = []
    return kept


def _has_comment(line: cst.SimpleStatementLine) -> bool:
    return line.trailing_whitespace.comment is not None or any(empty.comment for empty in line.leading_lines)


def follow_with(index: int, *code: str) -> Change:
    """The small statement at `index` of a line is followed by others, each on a line of its own."""
    return spread(index, lambda small: [cst.SimpleStatementLine([small]), *statements_of(*code)])


def precede_with(index: int, *code: str) -> Change:
    """The small statement at `index` of a line is preceded by others, each on a line of its own."""
    return spread(index, lambda small: [*statements_of(*code), cst.SimpleStatementLine([small])])


def guard_with(index: int, condition: str) -> Change:
    """The small statement at `index` of a line runs only under a condition."""

    def guarded(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        block = cst.parse_statement(f"if {condition}:\n    ...\n")
        assert isinstance(block, cst.If)
        return [block.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine([small])]))]

    return spread(index, guarded)


def return_through(index: int, name: str, *code: str) -> Change:
    """`return x` becomes `name = x`, some lines, and the last of them as the returned expression."""

    def hoisted(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, cst.Return) and small.value is not None
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], small.value)
        return [cst.SimpleStatementLine([assign]), *statements_of(*code[:-1], f"return {code[-1]}")]

    return spread(index, hoisted)


def hoist_receiver(index: int, name: str, *code: str) -> Change:
    """`x.f()` becomes `name = x`, some lines, and `name.f()`; so do `y = x.f()` and `return x.f()`."""

    def hoisted(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, (cst.Expr, cst.Assign, cst.Return))
        call = cst.ensure_type(small.value, cst.Call)
        func = cst.ensure_type(call.func, cst.Attribute)
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], func.value)
        short = small.with_changes(value=call.with_changes(func=func.with_changes(value=cst.Name(name))))
        return [cst.SimpleStatementLine([assign]), *statements_of(*code), cst.SimpleStatementLine([short])]

    return spread(index, hoisted)


def go_on_with(index: int, *code: str) -> Change:
    """A statement, of whatever kind, is followed by others; in a line of several it is the one at `index`."""

    def change(node: cst.CSTNode) -> Changed:
        lines = [cst.parse_statement(line) for line in code]
        is_last = isinstance(node, cst.SimpleStatementLine) and index == len(node.body) - 1
        if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) and not is_last:
            return spread(index, lambda small: [cst.SimpleStatementLine([small]), *lines])(node)
        return cst.FlattenSentinel([node, *lines])

    return change


def precede_with_block(index: int, code: str, blank_lines: int) -> Change:
    """The small statement at `index` of a line is preceded by definitions, set apart by blank lines."""
    blanks = [cst.EmptyLine(indent=False)] * blank_lines

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, cst.SimpleStatementLine)
        blocks = list(cst.parse_module(code).body)
        lead = list(node.leading_lines)
        while lead and lead[0].comment is None:
            del lead[0]
        before, small = node.body[:index], node.with_changes(body=node.body[index:], leading_lines=[*blanks, *lead])
        first = blocks[0].with_changes(leading_lines=blanks)
        if not before:
            return cst.FlattenSentinel([first, *blocks[1:], small])
        ended = before[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        line = cst.SimpleStatementLine([*before[:-1], ended], leading_lines=lead)
        return cst.FlattenSentinel([line, first, *blocks[1:], small.with_changes(leading_lines=blanks)])

    return change


def wrap_in_with(index: int, header: str, *first: str) -> Change:
    """The small statement at `index` of a line runs inside `with header:`, after other statements if there are any."""

    def within(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        block = cst.ensure_type(cst.parse_statement(f"with {header}:\n    ...\n"), cst.With)
        return [block.with_changes(body=cst.IndentedBlock([*statements_of(*first), cst.SimpleStatementLine([small])]))]

    return spread(index, within)


def replace_return(index: int, name: str, before: Sequence[str], after: Sequence[str]) -> Change:
    """`return x` becomes `name = x`, unless that is what it returns, with statements before and after it."""

    def lines(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, cst.Return) and small.value is not None
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], small.value)
        is_itself = isinstance(small.value, cst.Name) and small.value.value == name
        made = [] if is_itself else [cst.SimpleStatementLine([assign])]
        return [*statements_of(*before), *made, *statements_of(*after)]

    return spread(index, lines)
