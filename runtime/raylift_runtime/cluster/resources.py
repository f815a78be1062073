"""Whether the cluster's nodes can take a run's workers, now or ever: Ray itself would wait for ever, without a word."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from raylift_runtime.cluster.nodes import ACCELERATOR_TYPE, accelerator_types, inventory
from raylift_runtime.cluster.placement import STRATEGIES, Group, free_of, least_group, places, total_of
from raylift_runtime.preflight_error import PreflightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ray.train import ScalingConfig

    from raylift_runtime.cluster.nodes import Node


def check_resources(scaling: ScalingConfig, nodes: Sequence[Node], may_grow: bool = False) -> str | None:
    """A sentence where the run must wait for what others hold, None where it may begin.

    Raises PreflightError where these nodes can never take the workers, unless the cluster `may_grow`.
    """
    group = least_group(scaling)
    fits = places(group, nodes, total_of)
    if fits < group.count and not may_grow:
        raise PreflightError(
            f"{group} {'does' if group.count == 1 else 'do'} not fit into this Ray cluster, which has room for {fits or 'none'}: "
            f"{inventory(nodes, group.each)}. {_remedy(group, nodes, fits)} "
            "If an autoscaler will bring what is missing, set RAYLIFT_WAIT_FOR_RESOURCES=1."
        )
    if places(group, nodes, free_of) >= group.count:
        return None
    why = "others hold what is missing" if fits >= group.count else "an autoscaler is to bring nodes"
    return f"waiting {missing_room(scaling, nodes)}; {why}."


def missing_room(scaling: ScalingConfig, nodes: Sequence[Node]) -> str:
    """What a run that waits for its workers waits for, and what there is of it now."""
    group = least_group(scaling)
    free = places(group, nodes, free_of)
    fit = f"{free} {'fits' if free == 1 else 'fit'}" if free else "none fits"
    return f"until {group} {'fits' if group.count == 1 else 'fit'}; {fit} now ({inventory(nodes, group.each, is_free=True)})"


def _remedy(group: Group, nodes: Sequence[Node], fits: int) -> str:
    loose = dataclasses.replace(group, strategy="PACK")
    if group.strategy in STRATEGIES and places(loose, nodes, total_of) >= group.count:
        return 'Choose ScalingConfig(placement_strategy="PACK"), or change the cluster.'
    if fits:
        return f"Set RAYLIFT_NUM_WORKERS={fits}, or add nodes."
    asked_type = next((name for name in group.each if name.startswith(ACCELERATOR_TYPE)), None)
    if asked_type and not any(asked_type in node.total for node in nodes):
        return _other_type(nodes)
    if group.each.get("GPU") and not any(node.total.get("GPU") for node in nodes):
        return "Set RAYLIFT_USE_GPU=0 to train on CPUs, or connect to a cluster with GPUs (RAY_ADDRESS)."
    return "Lower resources_per_worker, or add nodes that hold a whole worker."


def _other_type(nodes: Sequence[Node]) -> str:
    types = accelerator_types(nodes)
    known = (
        f"give ScalingConfig(accelerator_type=...) one that it has ({', '.join(types)})"
        if types
        else "leave accelerator_type out"
    )
    return f"{known[0].upper()}{known[1:]}, or connect to a cluster that has it (RAY_ADDRESS)."
