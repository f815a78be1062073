"""A line of statements, of which one becomes several, each on a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import libcst as cst
import libcst.matchers as m

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


def statements_of(*code: str) -> list[cst.SimpleStatementLine]:
    """Lines of code as statements."""
    return [cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine) for line in code]


def spread(index: int, build: Callable[[cst.BaseSmallStatement], Sequence[cst.BaseStatement]]) -> Change:
    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        before, small, after = node.body[:index], node.body[index], node.body[index + 1 :]
        bare = small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        built = build(bare)
        if isinstance(node, cst.SimpleStatementSuite):
            header = node.trailing_whitespace if node.trailing_whitespace.comment else cst.TrailingWhitespace()
            return cst.IndentedBlock([*_line(before), *built, *_line(after)], header=header)
        lines = [*_line(before), *_ended(built, bare, node.trailing_whitespace), *_line(after)]
        lines[0] = lines[0].with_changes(leading_lines=node.leading_lines)
        return cst.FlattenSentinel(lines)

    return change


def _ended(
    built: Sequence[cst.BaseStatement], small: cst.BaseSmallStatement, end: cst.TrailingWhitespace
) -> list[cst.BaseStatement]:
    """What a statement became; the line that has it, or its value, ends with its comment, or else the first one."""
    lines = [
        cst.ensure_type(line, cst.SimpleStatementLine) for each in built for line in m.findall(each, m.SimpleStatementLine())
    ]
    owner = next((line for line in lines if _holds(line.body[0], small)), lines[0])
    ended = owner.with_changes(trailing_whitespace=end)
    return [cast(cst.BaseStatement, each.deep_replace(owner, ended)) for each in built]


def _holds(new: cst.BaseSmallStatement, old: cst.BaseSmallStatement) -> bool:
    value = getattr(old, "value", None)
    return new is old or (value is not None and getattr(new, "value", None) is value)


def _line(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
    if not smalls:
        return []
    last = smalls[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return [cst.SimpleStatementLine([*smalls[:-1], last])]


def change_first(node: Changed, change: Change) -> Changed:
    """The first of what a line has become is changed as well: a statement that stood further ahead in it."""
    if isinstance(node, cst.FlattenSentinel):
        return cst.FlattenSentinel(_with_first(list(node.nodes), change))
    if isinstance(node, cst.IndentedBlock):
        return node.with_changes(body=_with_first(list(node.body), change))
    assert isinstance(node, cst.CSTNode)
    return change(node)


def _with_first(nodes: list[cst.CSTNode], change: Change) -> list[cst.CSTNode]:
    first = change(nodes[0])
    if isinstance(first, cst.RemovalSentinel):
        return nodes[1:]
    return [*(first.nodes if isinstance(first, cst.FlattenSentinel) else [first]), *nodes[1:]]
