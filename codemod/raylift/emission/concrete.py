"""A script as LibCST sees it, and the node there for a node of `ast`; the only file that touches LibCST metadata."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cached_property

import libcst as cst
from libcst.metadata import CodePosition, CodeRange, MetadataWrapper, PositionProvider

from raylift.plan import Notice
from raylift.script import Script
from raylift.suppression.markers import MarkedSource, with_markers

STATEMENTS = (cst.BaseSmallStatement, cst.BaseCompoundStatement)
EXPRESSIONS = (cst.Attribute, cst.Call, cst.Dict, cst.IfExp, cst.Name, cst.SimpleString, cst.Subscript)
"""What is looked for; no two of them stand at the same place."""


class ConcreteTree:
    """The concrete syntax of a script; nodes are found by the place where they stand."""

    def __init__(self, script: Script, marks: Iterable[Notice] = ()) -> None:
        self.script = script
        self._marked = with_markers(script.source, marks) if marks else MarkedSource(script.source)
        self.module = cst.parse_module(self._marked.source)
        self._lines = self.module.code.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def _everything(self) -> Mapping[cst.CSTNode, CodeRange]:
        return MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(PositionProvider)

    @cached_property
    def _nodes(self) -> dict[CodeRange, cst.CSTNode]:
        found = ((node, at) for node, at in self._everything.items() if isinstance(node, (*STATEMENTS, *EXPRESSIONS)))
        return {_place(at, isinstance(node, STATEMENTS)): node for node, at in found}

    def _at(self, line: int, offset: int) -> CodePosition:
        """Where LibCST has a place: below the markers above it; `ast` counts columns in UTF-8 bytes, LibCST in characters."""
        line = self._marked.line(line)
        text = self._lines[line - 1]
        return CodePosition(line, offset if text.isascii() else len(text.encode()[:offset].decode()))

    def node(self, node: ast.AST) -> cst.CSTNode:
        """The LibCST node at the place of an expression, a keyword argument or a statement."""
        if isinstance(node, ast.keyword):
            call = self.script.parent(node)
            assert isinstance(call, ast.Call)
            return self.argument(call, node)
        assert isinstance(node, (ast.expr, ast.stmt)) and node.end_lineno and node.end_col_offset is not None
        at = CodeRange(self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset))
        return self._nodes[_place(at, isinstance(node, ast.stmt))]

    @cached_property
    def _lines_of(self) -> dict[cst.CSTNode, cst.CSTNode]:
        lines = (node for node in self._everything if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)))
        return {small: line for line in lines for small in line.body}

    def target(self, node: ast.AST) -> cst.CSTNode:
        """The node that an edit changes: the whole line of a simple statement, else the node at the same place."""
        found = self.node(node)
        return self._lines_of.get(found, found)

    def argument(self, call: ast.Call, keyword: ast.keyword) -> cst.Arg:
        """The concrete keyword argument of a call."""
        concrete = self.node(call)
        assert isinstance(concrete, cst.Call)
        return next(arg for arg in concrete.args if arg.keyword and arg.keyword.value == keyword.arg)


def _place(at: CodeRange, is_statement: bool) -> CodeRange:
    """Where a node is found; where a statement ends, `ast` and LibCST see differently."""
    return CodeRange(at.start, at.start) if is_statement else at
