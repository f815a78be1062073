"""The folders that a script puts on `sys.path`, read and never run."""

from __future__ import annotations

import ast
import os


def added_roots(tree: ast.Module, path: str) -> tuple[str, ...]:
    """The folders that a script puts on `sys.path` in its top-level lines, where that can be read."""
    found = []
    for call in (node for statement in tree.body if isinstance(statement, ast.Expr) for node in ast.walk(statement)):
        if isinstance(call, ast.Call) and call.args and ast.unparse(call.func) in ("sys.path.append", "sys.path.insert"):
            folder = _folder(call.args[-1], path)
            found += [] if folder is None else [os.path.normpath(os.path.join(os.path.dirname(path), folder))]
    return tuple(found)


def _folder(node: ast.expr, path: str) -> str | None:
    """A path that is written with `__file__`, `os.path` or `pathlib`."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id="__file__"):
            return path
        case ast.Attribute(value=value, attr="parent"):
            return None if (below := _folder(value, path)) is None else os.path.dirname(below)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined([left, right], path)
        case ast.Call(func=ast.Attribute(attr="join"), args=parts):
            return _joined(parts, path)
        case ast.Call(func=ast.Attribute(attr="dirname"), args=[inner]):
            return None if (below := _folder(inner, path)) is None else os.path.dirname(below)
        case ast.Call(func=ast.Name(id="str" | "Path") | ast.Attribute(attr="abspath" | "realpath" | "Path"), args=[inner]):
            return _folder(inner, path)
        case ast.Call(func=ast.Attribute(value=inner, attr="resolve" | "absolute" | "as_posix")):
            return _folder(inner, path)
    return None


def _joined(parts: list[ast.expr], path: str) -> str | None:
    folders = [_folder(part, path) for part in parts]
    return None if None in folders else os.path.join(*(folder for folder in folders if folder is not None))
