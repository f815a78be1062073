"""Whether a name that the result reads is bound there; asked of the compiler's own tables."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator

from raylift.result_check.fault import Fault
from raylift.result_check.launched import LaunchedTraining
from raylift.result_check.parsed_bytes import ParsedBytes

OF_MODULES = frozenset({"__file__", "__name__", "__doc__", "__spec__", "__package__", "__builtins__", "__path__", "__loader__"})
OF_CLASSES = frozenset({"__module__", "__qualname__", "__class__", "__classcell__"})
KNOWN = frozenset(dir(builtins)) | OF_MODULES | OF_CLASSES


def name_faults(before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining | None) -> Iterator[Fault]:
    """Names that the result reads and nothing binds, and variables that have become two."""
    missing = undefined(after)
    for name in sorted(missing - undefined(before) if missing else ()):
        yield Fault(_first_read(after.tree, name), f"`{name}` is bound nowhere")
    if launch is None:
        return
    inside = {table.get_name(): table for table in after.table.get_children() if table.get_type() == "function"}
    own = inside[launch.train_function.name]
    twice = {symbol.get_name() for symbol in own.get_symbols() if symbol.is_local()} & bound(after)
    for name in sorted(twice & bound(before) if twice and not before.is_of_cells else ()):
        yield Fault(_first_read(launch.train_function, name), f"`{name}` was one variable and has become two")
    gone = _annotations(after) - bound(after)
    for name in sorted(gone & bound(before) if gone else ()):
        yield Fault(_first_read(after.tree, name), f"an annotation names `{name}`, which the module no longer has")


def bound(parsed: ParsedBytes) -> set[str]:
    """The names that a module binds, also from inside its functions."""
    top = {symbol.get_name() for symbol in parsed.table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    shared = {
        symbol.get_name()
        for table in _tables(parsed.table)
        for symbol in table.get_symbols()
        if symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported())
    }
    return top | shared | {child.get_name() for child in parsed.table.get_children()}


def undefined(parsed: ParsedBytes) -> set[str]:
    """The names that code reads of its module, and that neither that nor Python has."""
    read = {
        symbol.get_name()
        for table in _tables(parsed.table)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (symbol.is_global() or table is parsed.table)
    }
    return read - bound(parsed) - KNOWN


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    waiting = [table]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(each.get_children())


def _annotations(parsed: ParsedBytes) -> set[str]:
    """The names in annotations of fields that stay text until somebody looks them up in the module."""
    postponed = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and any(a.name == "annotations" for a in node.names)
        for node in parsed.tree.body
    )
    if not postponed:
        return set()
    fields = [part for node in parsed.nodes if isinstance(node, ast.ClassDef) for part in node.body]
    written = [part.annotation for part in fields if isinstance(part, ast.AnnAssign)]
    return {node.id for each in written for node in ast.walk(each) if isinstance(node, ast.Name)}


def _first_read(tree: ast.AST, name: str) -> int:
    return next((node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name), 0)
