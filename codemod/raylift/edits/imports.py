"""Changes to imports: some names stay, others come from other modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m

from raylift.edits.calls import last_comma
from raylift.edits.lines import spread, statements_of
from raylift.edits.statements import remove_statement

if TYPE_CHECKING:
    from raylift.plan import Change, Changed


def move_imports(index: int, moved: Mapping[str, Sequence[str]], kept: frozenset[str]) -> Change:
    """An import at `index` of its line keeps some of the names that it binds; others come from their new modules, or not at all.

    `moved` has the names as they are written after `import`, by module; those of no module are modules themselves.
    """
    lines = [f"from {module} import {', '.join(names)}" for module, names in moved.items() if module]
    lines[:0] = [f"import {module}" for module in moved.get("", ())]

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        small = node.body[index]
        assert isinstance(small, (cst.Import, cst.ImportFrom))
        if (
            isinstance(small, cst.ImportFrom)
            and not kept
            and len(moved) == 1
            and "" not in moved
            and _is_same_names(small, *moved.values())
        ):
            module = cst.parse_expression(next(iter(moved)))
            assert isinstance(module, (cst.Attribute, cst.Name))
            body = [*node.body[:index], small.with_changes(module=module), *node.body[index + 1 :]]
            return node.with_changes(body=body)
        new = _import_lines(small, lines, kept)
        lost = [each for each in _comments(small) if each.value not in {comment.value for comment in _comments(*new)}]
        return _below(lost, node, spread(index, lambda old: new) if new else remove_statement(index))

    return change


def _comments(*nodes: cst.CSTNode) -> list[cst.Comment]:
    """The comments in some code, in their order."""
    return [cst.ensure_type(found, cst.Comment) for node in nodes for found in m.findall(node, m.Comment())]


def _below(comments: Sequence[cst.Comment], node: cst.SimpleStatementLine | cst.SimpleStatementSuite, change: Change) -> Changed:
    """A line changed, with more comments above it: what stands behind a colon needs a line of its own for them."""
    if not comments:
        return change(node)
    lead = [cst.EmptyLine(comment=comment) for comment in comments]
    if isinstance(node, cst.SimpleStatementLine):
        return change(node.with_changes(leading_lines=[*node.leading_lines, *lead]))
    made = change(cst.SimpleStatementLine(node.body, lead, node.trailing_whitespace))
    lines = made.nodes if isinstance(made, cst.FlattenSentinel) else [made]
    return cst.IndentedBlock([cst.ensure_type(line, cst.SimpleStatementLine) for line in lines])


def _is_same_names(statement: cst.ImportFrom, names: Sequence[str]) -> bool:
    assert not isinstance(statement.names, cst.ImportStar)
    return [_written(alias) for alias in statement.names] == list(names)


def _written(alias: cst.ImportAlias) -> str:
    name = cst.Module([]).code_for_node(alias.name)
    return f"{name} as {alias.evaluated_alias}" if alias.asname else name


def _bound(alias: cst.ImportAlias) -> str:
    return alias.evaluated_alias or alias.evaluated_name


def _import_lines(small: cst.BaseSmallStatement, lines: Sequence[str], kept: frozenset[str]) -> list[cst.BaseStatement]:
    assert isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar)
    aliases = [alias for alias in small.names if _bound(alias) in kept]
    if not aliases:
        return [*statements_of(*lines)]
    *others, last = aliases
    ended = last.with_changes(comma=last_comma(last.comma, small.names[-1].comma))
    return [*statements_of(*lines), cst.SimpleStatementLine([small.with_changes(names=[*others, ended])])]
