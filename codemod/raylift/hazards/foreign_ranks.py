"""Ranks that srun or mpirun gave to their processes: Ray's workers have theirs under torchrun's names.

int(os.environ["SLURM_PROCID"])                     int(os.environ["RANK"])
int(os.environ.get("OMPI_COMM_WORLD_RANK", 0))      int(os.environ.get("RANK", 0))
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import replace_by
from raylift.plan import Edit
from raylift.script import Script
from raylift.script.expressions import written

RAYS_NAMES = {
    "SLURM_PROCID": "RANK", "SLURM_LOCALID": "LOCAL_RANK", "SLURM_NTASKS": "WORLD_SIZE", "SLURM_NPROCS": "WORLD_SIZE",
    "SLURM_NODEID": "NODE_RANK", "OMPI_COMM_WORLD_RANK": "RANK", "OMPI_COMM_WORLD_LOCAL_RANK": "LOCAL_RANK",
    "OMPI_COMM_WORLD_SIZE": "WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE": "LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_NODE_RANK": "NODE_RANK",
    "MV2_COMM_WORLD_RANK": "RANK", "MV2_COMM_WORLD_LOCAL_RANK": "LOCAL_RANK", "MV2_COMM_WORLD_SIZE": "WORLD_SIZE",
    "PMI_RANK": "RANK", "PMI_SIZE": "WORLD_SIZE", "PMIX_RANK": "RANK",
}  # fmt: skip
RANK_READERS = frozenset({"os.environ.get", "os.getenv"})


def read_ranks_of_ray(script: Script) -> Iterator[Edit]:
    """Ask for each worker's own place; where the script asks for torchrun's names as well, it will find them itself."""
    known = {node.value for node in script.all(ast.Constant) if isinstance(node.value, str)}
    for node in script.all(ast.Constant):
        foreign = node.value if isinstance(node.value, str) else ""
        name = RAYS_NAMES.get(foreign)
        if name and name not in known and _is_read(script, node):
            why = f"`{foreign}` is that of the process that started Ray; each worker has its own `{name}`"
            yield Edit(node, replace_by(written(script, node).replace(foreign, name)), "RL217", why)


def _is_read(script: Script, node: ast.Constant) -> bool:
    """Whether the environment is asked for this name, or whether it holds it."""
    holder = script.parent(node)
    if isinstance(holder, ast.Subscript):
        return isinstance(holder.ctx, ast.Load) and "os.environ" in script.names(holder.value)
    if isinstance(holder, ast.Call):
        return holder.args[:1] == [node] and not script.names(holder.func).isdisjoint(RANK_READERS)
    return isinstance(holder, ast.Compare) and holder.left is node and "os.environ" in script.names(holder.comparators[0])
