"""SPMD of torch_xla: one process drives every device of a host, where Ray starts a worker for each GPU.

import torch_xla.runtime as xr
xr.use_spmd()
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from raylift.plan import Refusal
from raylift.script import Script, ScriptNode
from raylift.script.functions import first_use
from raylift.script.scopes import DEFINITIONS

ONE_PROGRAM = re.compile(
    r"""^torch_xla\.(
      (runtime | experimental\.xla_sharding)\.use_spmd
    | (distributed\.spmd | experimental\.xla_sharding)(\.\w+)*\.(Mesh | HybridMesh | mark_sharding | set_global_mesh)
    | experimental\.spmd_fully_sharded_data_parallel\.SpmdFullyShardedDataParallel
    )$""",
    re.VERBOSE,
)
"""Calls that only make sense where one process has all devices."""
REMEDY = "leave it to `python` on the TPU host; for Ray's workers, take the torch_xla calls out and shard with FSDP"


def refuse_one_program(script: Script, reached: Iterable[ScriptNode]) -> None:
    """Raise where what the script runs drives all devices from one process, unless a condition leaves that to some machines."""
    top_level = [ScriptNode(script, node) for node in script.tree.body if not isinstance(node, DEFINITIONS)]
    for found in (*reached, *top_level):
        for call in (part for part in ast.walk(found.node) if isinstance(part, ast.Call)):
            if not any(map(ONE_PROGRAM.match, found.script.names(call.func))) or _is_a_choice(found.script, call):
                continue
            text = f"`{ast.unparse(call.func)}` drives all devices from one process, and Ray starts a worker for each GPU"
            raise Refusal(call.lineno if found.script is script else first_use(script, found), "RL317", text, REMEDY)


def _is_a_choice(script: Script, call: ast.Call) -> bool:
    """Whether some machines go past a call: by a condition, or because an import fails."""
    holders = script.enclosing(call)
    return any(isinstance(each, (ast.Try, ast.IfExp)) or (isinstance(each, ast.If) and not _is_guard(each)) for each in holders)


def _is_guard(node: ast.If) -> bool:
    return "__name__" in ast.unparse(node.test)
