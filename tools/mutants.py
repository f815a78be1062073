"""Deliberate faults for the modules that change scripts: one node of a module is dropped, negated, swapped or misnamed."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from same_behaviour import changed_names, is_independent, strictness, unordered

TALK = frozenset({"Notice", "Refusal", "Doubt", "Declined", "_refuse"})
"""What only tells the reader something: its words are no code."""
WHY = {"Edit": slice(2, 4), "dropped": slice(1, 2), "renamed": slice(2, 3), "replaced": slice(2, 3), "told": slice(1, 2)}
"""Which arguments of a change tell the reader why."""
NARROWED = {"cast": slice(0, 1), "ensure_type": slice(-1, None), "isinstance": slice(-1, None)}
"""Which arguments only tell a type."""
SAID = frozenset({"why", "text", "remedy", "told", "when"})
COMPARED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
            ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}  # fmt: skip


class Mutant(NamedTuple):
    """One fault: where it is, what it does, and the module with it."""

    path: Path
    line: int
    kind: str
    before: str
    source: str


Change = Callable[[ast.AST], bool]
"""Changes a node in place; False where it cannot."""


def drop_statement(node: ast.AST) -> bool:
    for block in (getattr(node, name, None) for name in ("body", "orelse")):
        if isinstance(block, list):
            for place, each in enumerate(block):
                if isinstance(each, (ast.Expr, ast.AugAssign)) and not _is_formal(each):
                    block[place] = ast.copy_location(ast.Pass(), each)
                    return True
    return False


def _is_formal(statement: ast.stmt) -> bool:
    """Whether a statement does nothing here: a docstring, or the start of a visitor, whose metadata nobody asks for."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) or (value is not None and ast.unparse(value) == "super().__init__()")


def swap_statements(node: ast.AST) -> bool:
    if (place := _last_pair(node)) and isinstance(node, (ast.FunctionDef, ast.If, ast.For)):
        block = node.body
        block[place - 1], block[place] = block[place], block[place - 1]
    return place > 0


def _last_pair(node: ast.AST) -> int:
    """The place of the second of the last two simple statements in a row, but for a docstring; 0 for none."""
    block = node.body if isinstance(node, (ast.FunctionDef, ast.If, ast.For)) else []
    for place in range(len(block) - 1, 0, -1):
        if all(isinstance(each, (ast.Expr, ast.Assign, ast.AugAssign)) for each in block[place - 1 : place + 1]):
            return 0 if _is_formal(block[place - 1]) else place
    return 0


def negate_condition(node: ast.AST) -> bool:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return True
    return False


def drop_condition(node: ast.AST) -> bool:
    if isinstance(node, ast.comprehension) and node.ifs:
        node.ifs = node.ifs[1:]
        return True
    return False


def swap_elements(node: ast.AST) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        node.elts[:2] = reversed(node.elts[:2])
        return True
    return False


def drop_element(node: ast.AST) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        del node.elts[0]
        return True
    return False


def drop_keyword(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and node.keywords:
        del node.keywords[-1]
        return True
    return False


def misname(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        node.value = node.value.rstrip() + "_x" + node.value[len(node.value.rstrip()) :]
        return True
    return False


def count_wrongly(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
        return True
    return False


def flip(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
        return True
    return False


def compare_wrongly(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        node.ops[0] = COMPARED[type(node.ops[0])]()
        return True
    return False


def confuse_and_with_or(node: ast.AST) -> bool:
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return True
    return False


BLOCKS = (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With)
CHANGES: dict[Change, tuple[type[ast.AST], ...]] = {
    drop_statement: BLOCKS,
    swap_statements: (ast.FunctionDef, ast.If, ast.For),
    negate_condition: (ast.If, ast.IfExp, ast.While),
    drop_condition: (ast.comprehension,),
    swap_elements: (ast.List, ast.Tuple),
    drop_element: (ast.List, ast.Tuple),
    drop_keyword: (ast.Call,),
    misname: (ast.Constant,),
    count_wrongly: (ast.Constant,),
    flip: (ast.Constant,),
    compare_wrongly: (ast.Compare,),
    confuse_and_with_or: (ast.BoolOp,),
}
"""Every kind of fault, and the nodes that may have it."""


def mutants(folders: dict[Path, int], seed: int) -> Iterator[Mutant]:
    """So many mutants of every folder, spread over its modules and over the kinds of faults; the same ones for the same seed."""
    chance = random.Random(seed)
    for folder, count in folders.items():
        every = [found for path in sorted(folder.rglob("*.py")) for found in _places(path)]
        chance.shuffle(every)
        taken: dict[tuple[Path, str], int] = {}
        ordered: list[tuple[int, int, tuple[Path, int, Change]]] = []
        for number, found in enumerate(every):
            key = found[0], found[2].__name__
            taken[key] = taken.get(key, 0) + 1
            ordered.append((taken[key], number, found))
        made = (mutant for _, _, found in sorted(ordered, key=_turn) if (mutant := _mutant(*found)))
        yield from (mutant for mutant, _ in zip(made, range(count), strict=False))


def _turn(each: tuple[int, int, tuple[Path, int, Change]]) -> tuple[int, int]:
    return each[:2]


def _places(path: Path) -> Iterator[tuple[Path, int, Change]]:
    """Where a module can be changed, and how: in functions, but for what they say to the reader."""
    tree = ast.parse(path.read_text())
    spoken, asked, changed = set(_spoken(tree)), unordered(tree), changed_names(tree)
    strict = {value for node in ast.walk(tree) if (value := strictness(node)) is not None and value.value}
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for part in _own(node)} - spoken
    for index, node in enumerate(ast.walk(tree)):
        if node in inside:
            place = _last_pair(node)
            is_free = place > 0 and is_independent(*node.body[place - 1 : place + 1], changed)  # type: ignore[attr-defined]  # a block
            same: dict[Change, bool] = {
                swap_statements: is_free,
                swap_elements: node in asked,
                drop_keyword: strictness(node) is not None,
                flip: node in strict,
            }
            yield from (
                (path, index, change) for change, kinds in CHANGES.items() if isinstance(node, kinds) and not same.get(change)
            )


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    yield function
    for statement in function.body[ast.get_docstring(function) is not None :]:
        yield from ast.walk(statement)


def _spoken(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes of texts for the reader, of annotations, and of what only narrows a type."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and called in TALK:
            parts = [*node.args, *node.keywords]
        elif isinstance(node, ast.Call) and called in WHY:
            parts = [*node.args[WHY[called]]]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in SAID:
            parts = [node]
        elif isinstance(node, (ast.Assert, ast.AnnAssign)):
            parts = [node if isinstance(node, ast.Assert) else node.annotation]
        elif isinstance(node, ast.Call) and called in NARROWED:
            parts = [*node.args[NARROWED[called]], *node.keywords]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *(arg.annotation for arg in (*node.args.args, *node.args.kwonlyargs))]
        for part in parts:
            if part is not None:
                yield from ast.walk(part)


def _mutant(path: Path, index: int, change: Change) -> Mutant | None:
    source = path.read_text()
    tree = ast.parse(source)
    node = list(ast.walk(tree))[index]
    line = getattr(node, "lineno", getattr(getattr(node, "target", None), "lineno", 0))
    before = ast.unparse(node).partition("\n")[0]
    if not change(node):
        return None
    mutated = ast.unparse(ast.fix_missing_locations(tree))
    return None if mutated == ast.unparse(ast.parse(source)) else Mutant(path, line, change.__name__, before, mutated)
