"""What a loop over epochs carries from one to the next, and no checkpoint of its Accelerator holds.

best = 0.0
for epoch in range(3):
    ...
    ema.update(model)                      # an average of weights
    if accuracy > best:                    # what was best so far
        best = accuracy
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.accelerate.accelerators import backward_calls
from raylift.script import Script
from raylift.script.bound_names import bound_by
from raylift.script.scopes import DEFINITIONS
from raylift.script.syntax import call_name, own_nodes

AVERAGE = re.compile(r"(^|[._])(ema|swa)([._]|$)|(ema|swa)_?(model|net|unet|teacher)", re.IGNORECASE)
AVERAGES = frozenset({"step", "update", "update_average", "update_ema", "update_parameters"})


def carried(script: Script, loop: ast.For, accelerator: str) -> list[str]:
    """What begins anew where a loop goes on from a checkpoint, as the script calls it."""
    registered = {
        ast.unparse(part)
        for call in script.all(ast.Call)
        if call_name(call) in ("register_for_checkpointing", "prepare")
        for part in call.args
    }
    inside = set(own_nodes(loop))
    trains = [
        call.func.value
        for call in backward_calls(script)
        if call in inside and call.args and isinstance(call.func, ast.Attribute)
    ]
    prepared = {ast.unparse(each) for each in trains}
    others = [f"what `{name}` has prepared" for name in sorted(prepared - {accelerator})] if accelerator in prepared else []
    kept = [] if _saves_by_hooks(script) else list(_averages(loop))
    names = dict.fromkeys([*_rebound_later(script, loop), *_attributes(loop), *kept])
    names = {name: None for name in names if name not in registered}
    return [*(f"`{name}`" for name in names), *others]


def _saves_by_hooks(script: Script) -> bool:
    return any(call_name(call) == "register_save_state_pre_hook" for call in script.all(ast.Call))


def _averages(loop: ast.For) -> Iterator[str]:
    """Averages of weights that the loop goes on with."""
    for node in own_nodes(loop):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in AVERAGES and AVERAGE.search(ast.unparse(called.value)):
            yield ast.unparse(called.value)


def _rebound_later(script: Script, loop: ast.For) -> Iterator[str]:
    """The names that have a value before the loop, which an epoch reads and gives another one for the next."""
    scope = script.scope(loop)
    stored = {node.id for node in own_nodes(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    changed = {name for name in stored if _is_bound_before(scope.bindings.get(name, ()), loop)}
    fresh: set[str] = set()
    read: set[str] = set()
    for statement in loop.body:
        read |= _reads(statement) - fresh
        fresh |= bound_by(script, [statement])
    named = dict.fromkeys(node.id for node in ast.walk(loop) if isinstance(node, ast.Name))
    yield from (name for name in named if name in read and name in changed)


def _attributes(loop: ast.For) -> Iterator[str]:
    """The attributes of its object that the loop reads and sets: `self.best`."""
    nodes = list(own_nodes(loop))
    own = [
        node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]
    counted = {node.target for node in nodes if isinstance(node, ast.AugAssign)}
    read = {node.attr for node in own if isinstance(node.ctx, ast.Load) or node in counted}
    for node in sorted(own, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node.ctx, ast.Store) and node.attr in read:
            yield f"self.{node.attr}"


def _is_bound_before(bindings: object, loop: ast.For) -> bool:
    nodes = bindings if isinstance(bindings, (list, tuple)) else ()
    return any(0 < getattr(node, "lineno", 0) < loop.lineno for node in nodes)


def _reads(statement: ast.stmt) -> set[str]:
    nodes = [statement, *(() if isinstance(statement, DEFINITIONS) else own_nodes(statement))]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return read | {node.target.id for node in nodes if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)}
