"""The import of `DataLoader` goes where a lift leaves it without a use."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from raylift.edits.imports import move_imports
from raylift.plan import Edit
from raylift.ray_data.data_uses import LOADERS, DataUse
from raylift.script import Script


def drop_loader_imports(script: Script, uses: Iterable[DataUse]) -> Iterator[Edit]:
    """Take an imported loader class out of the script that only made loaders which Ray Data takes the place of."""
    replaced = {use.call.func for use in uses if use.is_loader}
    for node in script.tree.body:
        if not isinstance(node, ast.ImportFrom):
            continue
        unused = [alias for alias in node.names if f"{node.module}.{alias.name}" in LOADERS and _is_left(script, alias, replaced)]
        if unused:
            kept = frozenset(alias.asname or alias.name for alias in node.names if alias not in unused)
            change = move_imports(script.place_in_line(node), {}, kept)
            yield Edit(node, change, "RL161", "every loader of it reads a shard now")


def _is_left(script: Script, alias: ast.alias, replaced: set[ast.expr]) -> bool:
    """Whether the loaders that are replaced were all that an import was for, be it in a text such as a quoted type."""
    bound = alias.asname or alias.name
    named = [node for node in script.all(ast.Name) if node.id == bound]
    is_quoted = any(isinstance(node.value, str) and bound in node.value for node in script.all(ast.Constant))
    return bool(named) and all(node in replaced for node in named) and not is_quoted
