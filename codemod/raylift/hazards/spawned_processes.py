"""Processes that the script spawns: so would every Ray worker."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from raylift.plan import Refusal
from raylift.script import Script, ScriptNode

SPAWNERS = frozenset({
    "torch.multiprocessing.spawn", "torch.multiprocessing.start_processes", "torch_xla.distributed.xla_multiprocessing.spawn",
    "torch_xla.launch",
})  # fmt: skip


def refuse_spawners(script: Script, reached: Iterable[ScriptNode]) -> None:
    inside = {node for found in reached if found.script is script for node in ast.walk(found.node)}
    for call in script.calls_to(*SPAWNERS):
        if call in inside:
            text = f"`{ast.unparse(call.func)}` starts worker processes of its own, and so would every Ray worker"
            raise Refusal(call.lineno, "RL303", text, "call the spawned function directly: Ray Train starts the workers")
