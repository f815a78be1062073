"""Which top-level statements become the body of the train function, and why.

A script has one entry block: the body of its `__main__` guard, or else its top-level effects. Effects move into the train
function in their order; what they bind takes along whatever needs it. Imports and definitions stay, light statements before
the first effect as well, and below it those that definitions read and whose time does not matter. In a flat script functions
that read a moved name follow; where a guard shows that functions are the script's structure they stay, and the names are
declared `global` in the train function instead.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from raylift.plan import Placement
from raylift.script import Script
from raylift.train_function.by_value import travels_by_value
from raylift.train_function.moving import Moving, indexed
from raylift.train_function.statements import Statement, facts, read_past_classes, statements

MAY_BIND_NOTHING = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.Try)


def is_main_guard(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, either way round, with or without a further condition."""
    if not isinstance(statement, ast.If):
        return False
    tests = statement.test.values if isinstance(statement.test, ast.BoolOp) else [statement.test]
    return any(_compares_main(test) for test in tests)


def _compares_main(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = (test.left, test.comparators[0])
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def is_plain_guard(statement: ast.stmt) -> bool:
    """Whether a `__main__` guard asks nothing else, and has no other branch."""
    return isinstance(statement, ast.If) and _compares_main(statement.test) and not statement.orelse


def guards(script: Script) -> list[ast.If]:
    """The `__main__` guards of a script."""
    return [node for node in script.tree.body if isinstance(node, ast.If) and is_main_guard(node)]


def placement_of(script: Script, trains: Callable[[ast.If], bool], *, always_imported: bool) -> Placement:
    """Decide where every top-level statement goes; `always_imported` where workers run the top level whatever stands there.

    Of several `__main__` guards the last one that trains is the entry block; what those above it hold is done before.
    """
    found = guards(script)
    guard = next((node for node in reversed(found) if len(found) > 1 and trains(node)), next(iter(found), None))
    ahead = found[: found.index(guard)] if guard else []
    every = [statement for statement in statements(script) if statement.node is not guard]
    entry = [facts(script, node) for node in guard.body] if guard else []
    top_level = [statement for statement in every if statement.node not in found]
    imported = always_imported or not travels_by_value(script, top_level, has_guard=guard is not None)
    moved = _moved(every, {s for s in every if s.node in ahead}, effects_stay=imported, functions_follow=guard is None)
    shared = _shared(script, every, entry, moved)
    nodes = tuple(s.node for s in every if s in moved)
    opened = tuple(node for node in found if node in nodes)
    return Placement(nodes, guard, tuple(sorted(shared)), imported, opened=opened)


def _moved(every: list[Statement], ahead: set[Statement], *, effects_stay: bool, functions_follow: bool) -> set[Statement]:
    moving = Moving(every, functions_follow=functions_follow)
    moving.take(ahead)
    moving.take(s for s in every if s.kind == "heavy" or (not effects_stay and (s.kind in ("effect", "setting") or s.is_local)))
    return moving.moved | _read_by_moved_only(every, moving.moved)


def _read_by_moved_only(every: list[Statement], moved: set[Statement]) -> set[Statement]:
    """Constants and the like between statements that move, where nothing that stays reads them: they stay in line."""
    places = [i for i, s in enumerate(every) if s in moved]
    between = [s for i, s in enumerate(every) if s.kind in ("constant", "fact") and places and places[0] < i < places[-1]]
    moving = {s for s in between if s not in moved and not any(name.startswith("__") for name in s.binds)}
    made_by = indexed((name, s) for s in moving for name in s.binds)
    waiting = [s for s in every if s not in moved and s not in moving]
    while waiting:
        stays = waiting.pop()
        kept = {s for name in stays.reads_now | stays.reads_later | stays.binds for s in made_by.pop(name, ())} & moving
        moving -= kept
        waiting += kept
    return moving


def _bound(group: set[Statement] | list[Statement]) -> frozenset[str]:
    return frozenset(name for statement in group for name in statement.binds)


def _shared(script: Script, every: list[Statement], entry: list[Statement], moved: set[Statement]) -> set[str]:
    """Names bound in the train function that must be bound for the module."""
    inside = [*moved, *entry]
    stay = [s for s in every if s not in moved]
    names = _bound(inside)
    read_outside = {name for s in stay for name in s.reads_later | s.reads_now}
    declared = {name for node in script.all(ast.Global) for name in node.names}
    deleted = {node.id for node in script.all(ast.Name) if isinstance(node.ctx, ast.Del)}
    early = {name for name in names & frozenset(dir(builtins)) if name in deleted or _is_read_early(name, inside, every)}
    own = {name for s in inside for name in read_past_classes(script, s.node)}
    return set(names & (read_outside | declared | early | own | _bound(stay)))


def _is_read_early(name: str, inside: list[Statement], every: list[Statement]) -> bool:
    """Whether a builtin is read before the script gives its name another meaning, by what is called then, too."""
    readers = _whose_calls_read(name, every)
    for statement in sorted(inside, key=lambda s: s.node.lineno):
        is_definition = statement.kind in ("function", "class")
        if name in statement.reads_now and not (name in statement.binds and isinstance(statement.node, ast.For)):
            return True
        if not is_definition and statement.reads_now & readers:
            return True
        if name in statement.binds and not isinstance(statement.node, MAY_BIND_NOTHING):
            return False
    return False


def _whose_calls_read(name: str, every: list[Statement]) -> set[str]:
    """The functions and classes whose calls may read a name, themselves or through others."""
    users: dict[str, list[Statement]] = {}
    for statement in every:
        for read in statement.reads_later:
            users.setdefault(read, []).append(statement)
    readers: set[str] = set()
    waiting = [name]
    while waiting:
        more = {bound for statement in users.get(waiting.pop(), ()) for bound in statement.defines} - readers
        readers |= more
        waiting += more
    return readers
