"""Changes to imports: some names stay, others come from other modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.statements import spread, statements_of

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
            module = cst.ensure_type(cst.parse_expression(next(iter(moved))), cst.Attribute)
            body = [*node.body[:index], small.with_changes(module=module, relative=()), *node.body[index + 1 :]]
            return node.with_changes(body=body)
        if not lines and not kept:
            return _without(node, index)
        return spread(index, lambda old: _import_lines(old, lines, kept))(node)

    return change


def _without(node: cst.SimpleStatementLine | cst.SimpleStatementSuite, index: int) -> Changed:
    body = [*node.body[:index], *node.body[index + 1 :]]
    if not body:
        return cst.RemoveFromParent()
    body[-1] = body[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(body=body)


def _is_same_names(statement: cst.ImportFrom, names: Sequence[str]) -> bool:
    if isinstance(statement.names, cst.ImportStar):
        return False
    return [_written(alias) for alias in statement.names] == list(names)


def _written(alias: cst.ImportAlias) -> str:
    name = cst.Module([]).code_for_node(alias.name)
    return f"{name} as {alias.evaluated_alias}" if alias.asname else name


def _bound(alias: cst.ImportAlias) -> str:
    return alias.evaluated_alias or alias.evaluated_name


def _import_lines(small: cst.BaseSmallStatement, lines: Sequence[str], kept: frozenset[str]) -> list[cst.BaseStatement]:
    assert isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar)
    aliases = [alias for alias in small.names if _bound(alias) in kept]
    stay: list[cst.BaseStatement] = []
    if aliases:
        if not getattr(small, "lpar", None):
            aliases[-1] = aliases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        stay = [cst.SimpleStatementLine([small.with_changes(names=aliases)])]
    return [*statements_of(*lines), *stay]
