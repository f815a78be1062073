"""Which names every rank can read at a place: bound on all ways that lead there, or read there by the script itself."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from raylift.script import Script, remembered_for
from raylift.script.scopes import DEFINITIONS, FUNCTIONS, Function
from raylift.script.syntax import own_nodes, siblings

LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def readable_after(script: Script, statement: ast.stmt) -> frozenset[str]:
    """The local names of the function around a statement that are bound right after it, whatever way was taken."""
    names: set[str] = set()
    inner: ast.AST = statement
    for holder in script.enclosing(statement):
        if isinstance(inner, ast.stmt):
            block = siblings(script, inner)
            end = block.index(inner) + (inner is statement)
            names |= bound_by(script, block[:end]) | _read_by(script, block[:end])
        if isinstance(holder, (ast.For, ast.AsyncFor)):
            names |= stored(holder.target)
        elif isinstance(holder, (ast.With, ast.AsyncWith)):
            names |= _with_targets(holder)
        elif isinstance(holder, FUNCTIONS):
            return frozenset(names | {node.arg for node in ast.walk(holder.args) if isinstance(node, ast.arg)})
        inner = holder
    return frozenset(names)


def bound_by(script: Script, block: Iterable[ast.stmt]) -> set[str]:
    """The names that are surely bound once a block has run to its end; a loop counts as run at least once."""
    names: set[str] = set()
    for statement in block:
        names |= _bound_by_one(script, statement)
        if isinstance(statement, ast.Delete):
            names -= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        if _may_leave(script, statement):
            return names
    return names


@remembered_for
def _bound_by_one(script: Script, statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.If):
        return _in_all(script, [statement.body, statement.orelse])
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return stored(statement.target) | _by_iteration(script, statement)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return _with_targets(statement) | bound_by(script, statement.body)
    if isinstance(statement, ast.Try):
        ways = [[*statement.body, *statement.orelse], *(handler.body for handler in statement.handlers)]
        return _in_all(script, ways) | bound_by(script, statement.finalbody)
    if isinstance(statement, (*DEFINITIONS,)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.While):
        return _by_iteration(script, statement) if isinstance(statement.test, (ast.Compare, ast.Constant)) else set()
    if isinstance(statement, ast.Match):
        return set()
    return {name for node in own_nodes(statement) for name in stored(node) if isinstance(node, ast.Name)}


def _in_all(script: Script, ways: list[list[ast.stmt]]) -> set[str]:
    """What all branches bind; those that leave do not count."""
    going_on = [bound_by(script, way) for way in ways if not (way and isinstance(way[-1], LEAVES))]
    return set.intersection(*going_on) if going_on else set()


def _by_iteration(script: Script, loop: ast.For | ast.AsyncFor | ast.While) -> set[str]:
    """What a whole iteration binds; some iteration gets past a jump that asks how far the loop is."""
    names: set[str] = set()
    counters = _reads(loop.test) if isinstance(loop, ast.While) else stored(loop.target)
    for statement in loop.body:
        if _may_leave(script, statement) and not (isinstance(statement, ast.If) and _reads(statement.test) & counters):
            return names | _before_leaving(script, [statement])
        names |= _bound_by_one(script, statement)
    return names


def _before_leaving(script: Script, block: Iterable[ast.stmt]) -> set[str]:
    """What a block binds on every way, also on those that leave it: a loop may end with them."""
    names: set[str] = set()
    for statement in block:
        if _may_leave(script, statement):
            if isinstance(statement, ast.If):
                names |= _before_leaving(script, statement.body) & _before_leaving(script, statement.orelse)
            return names
        names |= _bound_by_one(script, statement)
    return names


def _reads(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


@remembered_for
def _may_leave(script: Script, statement: ast.stmt) -> bool:
    """Whether a statement may jump over what follows in its block; jumps of loops inside it count, to be safe."""
    return any(
        isinstance(node, (ast.Continue, ast.Break, ast.Return)) for node in (statement, *own_nodes(statement))
    ) and not isinstance(statement, (ast.For, ast.AsyncFor, ast.While, *DEFINITIONS))


def _with_targets(statement: ast.With | ast.AsyncWith) -> set[str]:
    return {name for item in statement.items if item.optional_vars is not None for name in stored(item.optional_vars)}


def stored(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match, *DEFINITIONS)


def _read_by(script: Script, block: list[ast.stmt]) -> set[str]:
    """What simple statements of the block read, and is not bound again later: had it been unbound, the script had failed."""
    return set().union(*(_reads_of(script, statement) for statement in block))


@remembered_for
def _reads_of(script: Script, statement: ast.stmt) -> set[str]:
    if isinstance(statement, COMPOUND):
        return set()
    reads = (node for node in own_nodes(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return {node.id for node in reads if not _may_be_skipped(script, node, statement)}


def _may_be_skipped(script: Script, node: ast.AST, statement: ast.stmt) -> bool:
    """Whether an expression of a statement need not be evaluated: `a and b`, `b if a else c`, a comprehension."""
    for holder in script.enclosing(node):
        if isinstance(
            holder, (ast.BoolOp, ast.IfExp, ast.comprehension, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
        ):
            return True
        if holder is statement:
            return False
    return False


def rebound_by(script: Script, block: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that a block may bind again, delete, or change in place."""
    return frozenset().union(*(_rebound(script, statement) for statement in block))


@remembered_for
def _rebound(script: Script, statement: ast.stmt) -> frozenset[str]:
    names: set[str] = set()
    for node in (statement, *own_nodes(statement)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("clear", "pop", "popitem", "zero_")
        ):
            names |= {part.id for part in ast.walk(node.func.value) if isinstance(part, ast.Name)}
    return frozenset(names)


def free_name_in(script: Script, function: Function, *wanted: str) -> str:
    """The first of the wanted names that nothing in a function uses, else the last one with a number."""
    taken = set(dir(builtins))
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            taken.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            taken.update(node.names)
        if isinstance(node, ast.stmt) and node is not function:
            taken.update(script.scope(node).bindings)
    numbered = (f"{wanted[-1]}_{n}" for n in range(2, 999))
    return next(name for name in (*wanted, *numbered) if name not in taken)
