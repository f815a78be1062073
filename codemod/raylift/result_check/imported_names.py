"""What the imports of a file bind, wherever they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from raylift.result_check.parsed_bytes import ParsedBytes, statements_in

RAY_TRAINING = ("ray.train", "ray.air", "ray.ml", "raylift_runtime")


class ImportedName(NamedTuple):
    """One name that an import binds: what it stands for in full, and the statement."""

    bound: str
    full: str
    node: ast.stmt


def imported_names(parsed: ParsedBytes) -> Iterator[ImportedName]:
    """Every name that an import binds; `*` for those of a star import."""
    for node in statements_in(parsed.tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                yield ImportedName(alias.asname or root, alias.name, node)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                yield ImportedName(alias.asname or alias.name, f"{origin}.{alias.name}", node)


def imports_ray_training(parsed: ParsedBytes) -> bool:
    """Whether a file imports what Ray trains or trained with."""
    return any(name.full.startswith(RAY_TRAINING) for name in imported_names(parsed))


def uses_ray_training(parsed: ParsedBytes) -> bool:
    """Whether a file imports and reads what Ray trains or trained with, so that it is edited where it stands."""
    return any(name.full.startswith(RAY_TRAINING) and _is_read(parsed, name) for name in imported_names(parsed))


def _is_read(parsed: ParsedBytes, name: ImportedName) -> bool:
    """Whether something is read by the name that an import gives it; of `import a.b` that is `a.b`."""
    if isinstance(name.node, ast.Import) and name.full.startswith(f"{name.bound}."):
        return any(ast.unparse(node) == name.full for node in parsed.nodes if isinstance(node, ast.Attribute))
    return name.bound in parsed.read_names or name.bound == "*"
