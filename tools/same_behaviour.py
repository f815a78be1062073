"""Which changes of a module's code cannot change what it does: such a fault is none, and nobody could notice it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove", "reverse", "setdefault",
    "sort", "update",
})  # fmt: skip
"""Methods that change what they are called on."""
FINDINGS = frozenset({"Doubt", "Edit", "NeededImport", "Notice"})
"""What steps find; a plan sorts them."""
ASKING = ("endswith", "frozenset", "isdisjoint", "isinstance", "issubclass", "set", "startswith")
"""Calls to whom the order of the elements that they are given is the same."""


def unordered(tree: ast.Module) -> set[ast.AST]:
    """The lists and tuples that are only asked what is in them, also under a name of their function."""
    found = {part for part in _asked(tree) if isinstance(part, (ast.List, ast.Tuple))}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        asked = set(_asked(function))
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        for assign in (node for node in ast.walk(function) if isinstance(node, ast.Assign)):
            target = assign.targets[0]
            uses = [name for name in names if isinstance(target, ast.Name) and name.id == target.id and name is not target]
            if isinstance(assign.value, ast.Tuple) and uses and all(name in asked for name in uses):
                found.add(assign.value)
    return found


def _asked(tree: ast.AST) -> Iterator[ast.AST]:
    """The expressions that are only asked what is in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (part for op, part in zip(node.ops, node.comparators, strict=True) if isinstance(op, (ast.In, ast.NotIn)))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ASKING:
            yield from node.args[-1:]


def strictness(node: ast.AST) -> ast.Constant | None:
    """What `zip` is told about lengths: `strict=True` asserts what holds, `strict=False` is what it does anyway."""
    last = node.keywords[-1] if isinstance(node, ast.Call) and node.keywords else None
    return last.value if last is not None and last.arg == "strict" and isinstance(last.value, ast.Constant) else None


def changed_names(tree: ast.Module) -> set[str]:
    """The names whose things a module changes somewhere: what two calls do to them may depend on which comes first."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    changed: list[ast.AST] = [each.value for each in called if each.attr in CHANGING]
    changed += [
        node for node in ast.walk(tree) if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store)
    ]
    changed += [node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign)]
    return {part.id for node in changed for part in ast.walk(node) if isinstance(part, ast.Name)}


def is_independent(one: ast.stmt, other: ast.stmt, changed: set[str]) -> bool:
    """Whether two statements do the same in either order.

    Of assignments neither reads what the other binds, or both what a module changes; findings have no order among themselves.
    """
    if _finds(one) and _finds(other):
        return True
    if not (_binds_only(one) and _binds_only(other)):
        return False
    (bound, read), (others, theirs) = _names(one), _names(other)
    return not (bound & (others | theirs) or others & read or read & theirs & changed)


def _finds(statement: ast.stmt) -> bool:
    """Whether a statement yields a finding of a step."""
    given = statement.value.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield) else None
    return isinstance(given, ast.Call) and ast.unparse(given.func) in FINDINGS


def _binds_only(statement: ast.stmt) -> bool:
    """Whether a statement binds names to values, and changes nothing else that could be seen here."""
    if not isinstance(statement, ast.Assign):
        return False
    targets = [part for target in statement.targets for part in ast.walk(target)]
    if not all(isinstance(part, (ast.Name, ast.Tuple, ast.expr_context)) for part in targets):
        return False
    for node in ast.walk(statement.value):
        if isinstance(node, (ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)):
            return False
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {*CHANGING, "next"}:
            return False
    return True


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement binds, and those that it reads."""
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}, {
        each.id for each in names if isinstance(each.ctx, ast.Load)
    }
