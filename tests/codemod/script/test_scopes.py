"""A name belongs to the scope that Python gives it: the standard library's own symbol tables say which that is."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

import pytest
from tests.shapes import SCRIPTS

from raylift.script.scopes import DEFINITIONS, Scope, Scopes

SOURCES = {shape: path.read_text() for shape, path in SCRIPTS.items()} | {
    "nested": "x = y = 1\ndef f(a, *b, c=x, **d):\n    z = a\n    def g():\n        return x, y, z, len\n    y = g\n    return [z for z in b if c]\n",
    "class": "x = 1\nclass C:\n    x = x\n    def f(self):\n        return x, C\n    y: int = x\n",
    "global": "def f():\n    global x\n    x = 1\n    def g():\n        return x\ndef h():\n    return x\n",
    "nonlocal": "x = 0\ndef f():\n    x = 1\n    def g():\n        nonlocal x, y\n        x, y = 2, 3\n        return x, y\n    y = g\n    return x, y\n",
    "binders": "def f(p):\n    import os.path, json as j\n    with p as (a, [b, *c]): pass\n    for d, e in p: pass\n    try: pass\n    except OSError as g: pass\n"
    "    match p:\n        case {'k': h, 'l': [i, *k]}: pass\n        case str() as m: pass\n        case {**r}: pass\n    while (n := p): del n\n    o += 1\n    return lambda q: (os, j, a, b, c, d, e, g, h, i, k, m, n, o, q, r)\n",
}


def blocks(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from blocks(child)


@pytest.mark.parametrize("name", SOURCES)
def test_a_name_is_the_scope_s_own_another_s_or_the_module_s_as_python_says(name: str) -> None:
    scopes = Scopes(ast.parse(SOURCES[name]))
    tables = {(block.get_name(), block.get_lineno()): block for block in blocks(symtable.symtable(SOURCES[name], name, "exec"))}
    for node in (node for node in scopes.of if isinstance(node, ast.Name)):
        scope = scopes.of[node]
        table = tables[scope.node.name, scope.node.lineno] if isinstance(scope.node, DEFINITIONS) else None
        if table and node.id in table.get_identifiers():  # all but names in annotations that nobody evaluates
            symbol = table.lookup(node.id)
            assert whose(scope, node.id) == ("own" if symbol.is_local() else "another" if symbol.is_free() else "module"), (
                ast.unparse(node)
            )


def whose(scope: Scope, name: str) -> str:
    owner = scope.owner(name)
    return "own" if owner is scope else "module" if owner in (None, scope.module()) else "another"
