"""A source read once: its syntax tree, the compiler's own table of its names, and the text of every statement."""

from __future__ import annotations

import ast
import io
import symtable
import tokenize
from collections.abc import Iterator
from functools import cached_property


class ParsedBytes:
    """Bytes of Python as whoever gets them would read them."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.tree = ast.parse(source)

    @cached_property
    def is_of_cells(self) -> bool:
        """Whether it is put together from a notebook's cells: what they look at may be made in their process and on the workers."""
        first = self.tree.body[0] if self.tree.body else None
        value = first.value if isinstance(first, ast.Expr) else None
        return isinstance(value, ast.Constant) and str(value.value).startswith("%% cell ")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree."""
        return list(ast.walk(self.tree))

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def read_names(self) -> set[str]:
        """Every name that is written anywhere but to be bound."""
        return {node.id for node in self.nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}

    @cached_property
    def table(self) -> symtable.SymbolTable:
        """The compiler's table of names; raises SyntaxError for what only the compiler refuses."""
        return symtable.symtable(self.text_of_all, "<script>", "exec")

    @cached_property
    def text_of_all(self) -> str:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(self.source).readline)
        return self.source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.text_of_all.encode().split(b"\n")  # where `ast` counts columns in bytes of UTF-8

    def text(self, node: ast.stmt) -> bytes:
        """A statement as it is written, without its own indentation and without blank lines."""
        assert node.end_lineno is not None
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        lines = self._lines[first - 1 : node.end_lineno]
        if len(lines) == 1:
            return lines[0][node.col_offset : node.end_col_offset]
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        lines[-1] = lines[-1][: node.end_col_offset]
        rest = (line.removeprefix(indent).rstrip() for line in lines[1:])
        return b"\n".join([lines[0][node.col_offset :].rstrip(), *filter(None, rest)])


def blocks_of(node: ast.AST) -> list[list[ast.stmt]]:
    """The blocks of statements that stand right in a node, in order."""
    if isinstance(node, ast.Match):
        return [case.body for case in node.cases]
    handlers = [handler.body for handler in getattr(node, "handlers", ())]
    found = [getattr(node, "body", None), *handlers, getattr(node, "orelse", None), getattr(node, "finalbody", None)]
    return [block for block in found if isinstance(block, list)]


def statements_in(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement of a block and of the blocks in it, functions included."""
    waiting = block[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        for inner in reversed(blocks_of(node)):
            waiting.extend(reversed(inner))
