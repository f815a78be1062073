"""Which loops say how each of their rounds went: by a log, a saved state, or what they print outside of the loops in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.script import Script, remembered_for
from raylift.script.scopes import DEFINITIONS
from raylift.script.syntax import call_name

SAVES = frozenset({"save", "save_checkpoint", "save_model", "save_pretrained", "save_state"})
TRAININGS = re.compile(r"(^|[^a-z])(config|experiment|fold|repeat|run|seed|split|task|trial)s?([^a-z]|$)", re.IGNORECASE)
ANEW = re.compile(r"^(Accelerator|from_config|from_pretrained|prepare|(build|create|get|init|make)_model\w*)$")
SHOWS = frozenset({"add_scalar", "debug", "info", "log", "log_metrics", "print", "track", "update", "warning", "write"})


@remembered_for
def tells(script: Script, loop: ast.stmt) -> bool:
    """Whether a round of a loop, apart from the loops in it, logs, saves, shows or measures something."""
    return any(_tells(script, node) for node in _own_nodes(loop) if isinstance(node, ast.Call))


def _tells(script: Script, call: ast.Call) -> bool:
    name = call_name(call)
    if name in SAVES or name in ("compute", "evaluate", "validate"):
        return True
    if name == "log" and isinstance(call.func, ast.Attribute) and is_accelerator(script, call.func.value):
        return True
    return name in SHOWS and not (name == "update" and not call.keywords)


@remembered_for
def starts_anew(script: Script, loop: ast.stmt) -> bool:
    """Whether each round of a loop is a training of its own: it goes over folds or seeds, or prepares, or makes, another model."""
    if isinstance(loop, (ast.For, ast.AsyncFor)) and TRAININGS.search(f"{ast.unparse(loop.target)} {ast.unparse(loop.iter)}"):
        return True
    calls = (node for node in _own_nodes(loop) if isinstance(node, ast.Call))
    return any(ANEW.search(call_name(call)) for call in calls)


def _own_nodes(loop: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(loop):
        yield child
        if not isinstance(child, (*LOOPS, *DEFINITIONS)):
            yield from _own_nodes(child)
