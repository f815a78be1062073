"""The concrete tree has the node that `ast` tells of, wherever it stands."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from raylift.emission.concrete import ConcreteTree
from raylift.plan import Notice
from raylift.script import Script
from raylift.suppression.markers import with_markers

LINES = """\
x = "größer"; y = f("大", x.encode(), (x)); z = {"ß": y}; f(x)
@f(x)
def g(a, b=f(1)): return a if (b) else f(
    "ü", "é", key=x.y)
class A(x.B, metaclass=M): z = f("ä" "ö")["ö"].strip()
if x: f(x); y = 1  # größer
elif f(y): pass
else:
\tfor a in f("ß"): f(f(x), *f(y), **{"a": f(z)})
f(f"{x.y} ä {f('b')}", x.y)
async def h():
    await f(x)
    return {**x.y, "ö": [f(a) for a in x.y if f(a)]}
"""
FOUND = (ast.Call, ast.Attribute, ast.Name, ast.Dict, ast.stmt)


def code_of(node: cst.CSTNode) -> str:
    """A node as it would be written in lines of its own, as `ast` writes it."""
    if isinstance(node, cst.BaseSmallStatement):
        node = cst.SimpleStatementLine([node.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
    if isinstance(node, cst.BaseExpression):
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return ast.unparse(ast.parse(cst.Module([]).code_for_node(node)))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("marked", [[], [1, 3], [9, 13]])
def test_a_node_is_found_at_its_place(end: str, marked: list[int]) -> None:
    script = Script(LINES.replace("\n", end).encode())
    marks = [Notice(line, "RL221", "größer", "see") for line in marked]
    concrete = ConcreteTree(script, marks)
    assert concrete.module.bytes == with_markers(script.source, marks).source
    asked = [node for node in ast.walk(script.tree) if isinstance(node, FOUND)]
    assert len(asked) > 80
    for node in asked:
        if not any(isinstance(each, ast.JoinedStr) for each in script.enclosing(node)):  # Python 3.12 knows where they stand
            assert code_of(concrete.node(node)) == ast.unparse(node)
