"""Which nodes can take how many of the workers that a run asks for, by Ray's own rules for placement groups."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raylift_runtime.cluster.nodes import amounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ray.train import ScalingConfig

    from raylift_runtime.cluster.nodes import Node

GRAIN = 10_000  # Ray counts resources in ten-thousandths
STRATEGIES = {"STRICT_PACK": ", all on one node (STRICT_PACK)", "STRICT_SPREAD": ", each on a node of its own (STRICT_SPREAD)"}
ONE_OF = re.compile(r"(!?)in\((.*)\)")

Selector = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """The workers that a run asks for: how many, what each takes of its node, how they are spread, where each may run.

    `selectors` says how many of the workers ask for which labels of their node; the counts add up to `count`.
    """

    count: int
    each: Mapping[str, float]
    strategy: str
    selectors: Mapping[Selector, int]

    def __str__(self) -> str:
        workers = "1 worker" if self.count == 1 else f"{self.count} workers"
        labels = sorted({f"{key}={value}" for selector in self.selectors for key, value in selector})
        where = f", on nodes with the labels {', '.join(labels)}" if labels else ""
        return f"{workers} with {amounts(self.each)}{' each' * (self.count > 1)}{STRATEGIES.get(self.strategy, '')}{where}"


def least_group(scaling: ScalingConfig) -> Group:
    """The smallest group of workers that this scaling can train with."""
    count = scaling.num_workers[0] if isinstance(scaling.num_workers, tuple) else scaling.num_workers
    given: Any = getattr(scaling, "label_selector", None) or {}
    each = [given] * count if isinstance(given, dict) else given[:count]
    selectors = Counter(tuple(sorted(selector.items())) for selector in each)
    return Group(count, dict(scaling._resources_per_worker_not_none), scaling.placement_strategy, selectors)


def total_of(node: Node) -> Mapping[str, float]:
    """All that a node has."""
    return node.total


def free_of(node: Node) -> Mapping[str, float]:
    """What nobody holds of a node."""
    return node.free


def places(group: Group, nodes: Sequence[Node], has: Callable[[Node], Mapping[str, float]]) -> int:
    """How many workers of the group these nodes take, of what each of them `has`; at most as many as the group counts."""
    if group.strategy == "STRICT_PACK":
        suited = [node for node in nodes if all(carries(node, selector) for selector in group.selectors)]
        return max((_room(group, has(node)) for node in suited), default=0)
    most = 1 if group.strategy == "STRICT_SPREAD" else group.count
    room = {id(node): min(_room(group, has(node)), most) for node in nodes}
    found = (
        min(wanted, sum(room[id(node)] for node in nodes if carries(node, selector)))
        for selector, wanted in group.selectors.items()
    )
    return min(sum(found), sum(room.values()), group.count)


def carries(node: Node, selector: Selector) -> bool:
    """Whether a node has the labels that a worker asks for: `value`, `!value`, `in(a,b)` or `!in(a,b)`."""
    return all(_accepts(wanted, node.labels.get(key)) for key, wanted in selector)


def _accepts(wanted: str, label: str | None) -> bool:
    if listed := ONE_OF.fullmatch(wanted):
        return (label in [each.strip() for each in listed[2].split(",")]) != bool(listed[1])
    return label != wanted[1:] if wanted.startswith("!") else label == wanted


def _room(group: Group, resources: Mapping[str, float]) -> int:
    """How many workers one node takes."""
    asked = {name: round(amount * GRAIN) for name, amount in group.each.items()}
    fits = [round(resources.get(name, 0) * GRAIN) // amount for name, amount in asked.items() if amount]
    return min([group.count, *fits])
