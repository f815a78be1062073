"""GPUs and ranks that a script sets in its own environment: Ray gives them to each worker."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.statements import remove_statement
from raylift.plan import Edit, Finding, Notice
from raylift.script import Script

DEVICE_VARIABLES = frozenset({
    "ASCEND_RT_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "HABANA_VISIBLE_MODULES", "HIP_VISIBLE_DEVICES", "NEURON_RT_VISIBLE_CORES",
    "ONEAPI_DEVICE_SELECTOR", "ROCR_VISIBLE_DEVICES", "TPU_VISIBLE_CHIPS", "ZE_AFFINITY_MASK",
})  # fmt: skip
"""What Ray sets for each worker, by the maker of its accelerator."""
RANK_VARIABLES = ("GROUP_RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "RANK", "WORLD_SIZE")


def gpus_by_hand(script: Script) -> Iterator[Finding]:
    for node in script.all(ast.Assign):
        name = next(
            (name for target in node.targets for name in sorted(DEVICE_VARIABLES) if _is_environment(script, target, name)), ""
        )
        if name:
            text = f"`{name}` set by the script would take the GPU away that Ray gave to the worker"
            yield Edit(node, remove_statement(script.place_in_line(node)), "RL211", text)
            remedy = "it was removed; set it in the environment of the node, before Ray starts there"
            yield Notice(node.lineno, "RL211", text, remedy)


def places_by_hand(script: Script) -> Iterator[Finding]:
    """A script that says which rank it is says so on every worker; where it asks first, it says nothing there."""
    for node in script.all(ast.Assign):
        name = next(
            (name for name in RANK_VARIABLES if any(_is_environment(script, target, name) for target in node.targets)), None
        )
        tests = [ast.unparse(holder.test) for holder in script.enclosing(node) if isinstance(holder, ast.If)]
        if name and not any(name in test for test in tests):
            text = f"`{name}` set by the script would contradict the place that Ray gave to the worker"
            yield Edit(node, remove_statement(script.place_in_line(node)), "RL213", text)
            yield Notice(node.lineno, "RL213", text, "it was removed; Ray sets it on every worker")


def _is_environment(script: Script, target: ast.expr, name: str) -> bool:
    if not (isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == name):
        return False
    return "os.environ" in script.names(target.value)
