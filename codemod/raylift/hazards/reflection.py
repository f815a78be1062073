"""Code that looks up by itself, at module level, names that move into the train function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Doubt, Placement
from raylift.script import Script

REFLECTION = ("builtins.exec", "builtins.eval", "builtins.globals", "builtins.locals", "builtins.vars")


def reflection(script: Script, placement: Placement) -> Iterator[Doubt]:
    """Code that looks names up by itself would no longer find those that move into the train function."""
    inside = {node for statement in placement.entry for node in ast.walk(statement)}
    for call in script.calls_to(*REFLECTION):
        bare = bool(call.args) and ast.unparse(call.func) == "vars"
        if call in inside and script.function(call) is None and not bare:
            text = f"`{ast.unparse(call)}` looks names up at module level, which become local to the train function"
            yield Doubt(call.lineno, "RL304", text, "put it into a function that is given what it needs")
