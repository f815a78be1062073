"""Which calls are those of Accelerate's own launchers; asked before LibCST is worth its import."""

from __future__ import annotations

import ast

from raylift.script import Script, remembered

LAUNCHERS = {
    "accelerate.notebook_launcher": ("function", "args", "num_processes", "mixed_precision"),
    "accelerate.launchers.notebook_launcher": ("function", "args", "num_processes", "mixed_precision"),
    "accelerate.debug_launcher": ("function", "args", "num_processes"),
    "accelerate.launchers.debug_launcher": ("function", "args", "num_processes"),
}


@remembered
def notebook_launches(script: Script) -> list[ast.Call]:
    """The calls of Accelerate's launchers."""
    return list(script.calls_to(*LAUNCHERS))
