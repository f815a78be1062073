"""Which loop a training reports from: the one over epochs, wherever the call that trains stands.

for fold in folds:
    for epoch in range(num_epochs):            <- this one
        for batch in loader:
            accelerator.backward(loss)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from raylift.frameworks.accelerate.accelerators import backward_calls, visible_accelerator
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS, Loop, accumulates, counts_steps, is_over_data, names_epochs
from raylift.frameworks.accelerate.loops.telling import starts_anew, tells
from raylift.script import Script, ScriptNode, remembered
from raylift.script.functions import references
from raylift.script.scopes import FUNCTIONS


@dataclass(frozen=True, slots=True)
class TrainingLoop:
    """What trains: the loop over epochs, or where there is none the loop over data or the statement; and the node in it that trains.

    `in_updates` where the loop goes over updates, each with epochs of its own: far more of them than anybody saves checkpoints.
    """

    anchor: ast.stmt
    site: ast.AST
    has_epochs: bool
    backward: ast.Call | None
    in_updates: bool = False


@remembered
def training_loops(script: Script) -> list[TrainingLoop]:
    """Every loop that trains in this script, in source order; each once. What others call per epoch is theirs to report."""
    sites = [(call, call) for call in backward_calls(script)]
    found = _climb_from(script, [*sites, *((call, None) for call in _calls_of_neighbours(script))])
    return [training for training in found if training.has_epochs or not _is_for_others(script, training)]


def _is_for_others(script: Script, training: TrainingLoop) -> bool:
    """Whether a training is a function that nobody calls here, and that is handed its Accelerator."""
    function = script.function(training.anchor)
    if function is None or not isinstance(script.parent(function), ast.Module) or any(references(script, function)):
        return False
    accelerator = visible_accelerator(script, training.anchor)
    return accelerator in {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}


def _climb_from(script: Script, sites: Sequence[tuple[ast.Call, ast.Call | None]]) -> list[TrainingLoop]:
    found: dict[ast.stmt, TrainingLoop] = {}
    for site, backward in sites:
        for training in _climb(script, site, backward, looped=backward is None):
            found.setdefault(training.anchor, training)
    return sorted(found.values(), key=lambda training: training.anchor.lineno)


def _calls_of_neighbours(script: Script) -> Iterator[ast.Call]:
    """The calls of functions of neighbours that train, and leave the loop over epochs to their caller."""
    for call in script.all(ast.Call):
        if any(
            isinstance(value, ScriptNode) and value.script is not script and _trains_one_epoch(value)
            for value in script.values(call.func)
        ):
            yield call


def _trains_one_epoch(callee: ScriptNode) -> bool:
    own = _climb_from(callee.script, [(call, call) for call in backward_calls(callee.script)])
    return isinstance(callee.node, FUNCTIONS) and any(
        not training.has_epochs and callee.node in callee.script.enclosing(training.anchor) for training in own
    )


def _climb(script: Script, site: ast.AST, backward: ast.Call | None, *, looped: bool, depth: int = 0) -> list[TrainingLoop]:
    """The loop over epochs around a site: in its function, or around what calls it; else the outermost loop of the first that has one.

    A loop over epochs that says nothing of them, inside one that logs or saves, is a part of each of the other's rounds: the
    updates of a policy, the steps of a critic. One over settings, each with a training of its own, is none. A function that nobody in sight calls runs nobody knows how often: it reports nothing.
    """
    loops = [loop for loop in _loops_around(script, site) if not accumulates(loop)]
    epochs = _epoch_loop(loops, looped)
    if epochs is not None and (telling := _telling(script, loops, epochs)):
        return [TrainingLoop(telling, site, True, backward, in_updates=telling is not epochs and not names_epochs(telling))]
    function = script.function(site)
    calls = list(references(script, function)) if function is not None and depth < 6 else []
    above = [
        training
        for reference in calls
        for training in _climb(script, reference, backward, looped=looped or bool(loops), depth=depth + 1)
    ]
    if epochs is not None:
        return [each for each in above if each.has_epochs and tells(script, each.anchor)] or [
            TrainingLoop(epochs, site, True, backward)
        ]
    if with_epochs := [
        each for each in above if each.has_epochs and not (loops and _runs_trainings(script, each.anchor, loops[-1]))
    ]:
        return with_epochs
    if loops:
        return [TrainingLoop(loops[-1], site, False, backward)]
    with_loop = [training for training in above if isinstance(training.anchor, LOOPS)]
    is_called = function is None or any(_is_called(script, reference) for reference in calls)
    return with_loop or ([TrainingLoop(script.statement(site), site, False, backward)] if is_called else [])


def _runs_trainings(script: Script, outer: ast.stmt, inner: Loop) -> bool:
    """Whether a loop is over whole trainings: it says nothing of epochs, and what it calls makes an Accelerator of its own."""
    is_silent = isinstance(outer, LOOPS) and not names_epochs(outer)
    return is_silent and visible_accelerator(script, outer) is None and visible_accelerator(script, inner) is not None


def _is_called(script: Script, reference: ast.AST) -> bool:
    """Whether a reference to a function is a call of it, rather than one that hands it to somebody else."""
    holder = script.parent(reference)
    return isinstance(holder, ast.Call) and holder.func is reference


def _telling(script: Script, loops: list[Loop], inner: Loop) -> Loop | None:
    """The innermost loop, of one and those around it, that says how its rounds went."""
    for loop in loops[loops.index(inner) :]:
        if tells(script, loop):
            return loop
        if loop is not loops[-1] and starts_anew(script, loops[loops.index(loop) + 1]):
            return None
    return None


def _loops_around(script: Script, site: ast.AST) -> list[Loop]:
    """The loops of the same function around a node, from the inside out."""
    loops: list[Loop] = []
    inner = site
    for holder in script.enclosing(site):
        if isinstance(holder, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            break
        if isinstance(holder, LOOPS) and not _is_in_head(holder, inner):
            loops.append(holder)
        inner = holder
    return loops


def _is_in_head(loop: Loop, node: ast.AST) -> bool:
    return node is (loop.test if isinstance(loop, ast.While) else loop.iter)


def _epoch_loop(loops: list[Loop], looped: bool) -> Loop | None:
    """The outermost loop that speaks of epochs; else the one right around the loop over data, which may be in what is called.

    Without a loop over data, one whose iterations are steps is none over epochs.
    """
    for loop in reversed(loops):
        if names_epochs(loop):
            return loop
    around = [loop for loop in loops if not is_over_data(loop)]
    if looped:
        return around[0] if around else None
    over_data = [loop for loop in loops if is_over_data(loop)]
    outside = loops[loops.index(over_data[-1]) + 1 :] if over_data else loops[1:]
    return outside[0] if outside and (over_data or not counts_steps(outside[0])) else None
