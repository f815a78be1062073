"""What of a script starts a training when its user runs it: its entry block, or single commands of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from raylift.plan import Placement
from raylift.recognise import starts
from raylift.script import Script, ScriptNode, remembered_for
from raylift.script.reach import reached
from raylift.script.scopes import DEFINITIONS, FUNCTIONS, Function
from raylift.train_function.cell_marks import is_cell_mark, is_notebook
from raylift.train_function.cells import cells_placement
from raylift.train_function.commands import command_functions, is_started_by_metadata
from raylift.train_function.placement import placement_of


class EntryPoints(NamedTuple):
    """Where a script's statements go, what its entries reach, and the functions and statements there that start a training.

    `commands` are the functions that launch workers themselves; where there are none, the entry block does.
    """

    placement: Placement
    reach: tuple[ScriptNode, ...]
    trainings: tuple[ScriptNode, ...]
    commands: tuple[Function, ...] = ()


def is_inside(node: ast.AST, holder: ScriptNode) -> bool:
    """Whether a node is part of another, in the same script."""
    return holder.node in (node, *holder.script.enclosing(node))


def is_training(found: ScriptNode) -> bool:
    """Whether a function or statement starts a training itself."""
    return any(is_inside(start, found) for start in starts(found.script))


@remembered_for
def entry_points(script: Script, always_imported: bool) -> EntryPoints:
    """How a script starts its trainings, if it does."""
    if is_notebook(script):
        return _of_cells(script)
    placement = _placement_of(script, always_imported=always_imported)
    commands = _launching_commands(script, placement)
    reach = tuple(reached(script, commands or placement.entry, lambda value: _launches(script, value)))
    return EntryPoints(placement, reach, tuple(filter(is_training, reach)), commands)


def _placement_of(script: Script, *, always_imported: bool) -> Placement:
    return placement_of(script, lambda guard: _trains(script, guard.body, []), always_imported=always_imported)


def _of_cells(script: Script) -> EntryPoints:
    """A notebook's entry are its cells, one after the other."""
    own = [node for node in script.tree.body if not isinstance(node, DEFINITIONS) and not is_cell_mark(node)]
    placement = cells_placement(script, [node for node in own if _trains(script, [node], [])])
    reach = tuple(reached(script, placement.entry, lambda value: _launches(script, value)))
    return EntryPoints(placement, reach, tuple(filter(is_training, reach)))


def _launching_commands(script: Script, placement: Placement) -> tuple[Function, ...]:
    """The commands that train by themselves, where not all do, or where something else than the script's own block starts them."""
    commands = command_functions(script)
    training = tuple(command for command in commands if _trains(script, [command], [c for c in commands if c is not command]))
    if not training or _trains(script, placement.entry, commands):
        return ()
    by_metadata = any(is_started_by_metadata(script, command) for command in training)
    all_by_block = len(training) == len(commands) and _trains(script, placement.entry, [])
    return () if all_by_block and not by_metadata else training


def _trains(script: Script, entry: Iterable[ast.AST], without: Sequence[ast.AST]) -> bool:
    return any(map(is_training, reached(script, entry, lambda value: value.node in without or _launches(script, value))))


def _launches(script: Script, value: ScriptNode) -> bool:
    """Whether a function is a command of another file, which launches workers of its own."""
    return value.script is not script and isinstance(value.node, FUNCTIONS) and value.node in _own_commands(value.script)


def _own_commands(script: Script) -> tuple[Function, ...]:
    """The commands of a module that launch workers themselves."""
    known = script.answers.get(_own_commands)
    if known is None:
        script.answers[_own_commands] = ()  # while it is found out: modules may call each other in circles
        known = _launching_commands(script, _placement_of(script, always_imported=True)) if command_functions(script) else ()
        script.answers[_own_commands] = known
    return cast("tuple[Function, ...]", known)
