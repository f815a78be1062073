"""The nodes of a cluster: what each has, what of that is free, and the labels it carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ACCELERATOR_TYPE = "accelerator_type:"  # Ray's resource of this name and a type stands on each node that has the type
ALWAYS_SHOWN = ("CPU", "GPU")
BYTES = ("memory", "object_store_memory")
MOST_LISTED = 8


@dataclass(frozen=True)
class Node:
    """A node that is alive: its address, what it has in all, what of that is free now, and its labels."""

    address: str
    total: Mapping[str, float]
    free: Mapping[str, float]
    labels: Mapping[str, str] = field(default_factory=dict)


def alive_nodes() -> list[Node]:
    """The nodes of the cluster that this process is connected to."""
    import ray

    known = free_by_node()
    alive = [node for node in ray.nodes() if node["Alive"]]
    return [
        Node(
            node["NodeManagerAddress"], node["Resources"], known.get(node["NodeID"], node["Resources"]), node.get("Labels") or {}
        )
        for node in alive
    ]


def free_by_node() -> dict[str, dict[str, float]]:
    """What is free on each node, by its id; none where this Ray does not say so."""
    import ray._private.state as state

    ask = getattr(state, "available_resources_per_node", None)
    return ask() if ask is not None else {}


def inventory(nodes: Iterable[Node], asked: Collection[str], is_free: bool = False) -> str:
    """What each node has of the resources that are asked for, equal nodes together; with `is_free`, how much of it is free."""
    shown = [*ALWAYS_SHOWN, *(name for name in asked if name not in ALWAYS_SHOWN and not name.startswith(ACCELERATOR_TYPE))]
    addresses: dict[str, list[str]] = {}
    for node in nodes:
        addresses.setdefault(_holdings(node, shown, is_free), []).append(node.address)
    parts = [f"{_subject(owners)} {holdings}" for holdings, owners in list(addresses.items())[:MOST_LISTED]]
    others = len(addresses) - MOST_LISTED
    return "; ".join([*parts, *([f"and {others} other kinds of nodes"] if others > 0 else [])])


def amounts(resources: Mapping[str, float]) -> str:
    """Resources as a reader names them: `4 CPU, 1 GPU and an accelerator of type T4`."""
    parts = [
        f"an accelerator of type {name[len(ACCELERATOR_TYPE) :]}"
        if name.startswith(ACCELERATOR_TYPE)
        else amount_of(name, amount)
        for name, amount in resources.items()
        if amount
    ]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no resources"


def amount_of(name: str, amount: float) -> str:
    """One resource: `4 CPU`, `1.5 GiB memory`."""
    return f"{amount / 2**30:.1f} GiB {name}" if name in BYTES else f"{amount:g} {name}"


def accelerator_types(nodes: Iterable[Node]) -> list[str]:
    """The types of accelerators that the nodes have."""
    return sorted({name[len(ACCELERATOR_TYPE) :] for node in nodes for name in node.total if name.startswith(ACCELERATOR_TYPE)})


def _holdings(node: Node, shown: Sequence[str], is_free: bool) -> str:
    def amount(name: str) -> str:
        has = node.total.get(name, 0)
        return f"{_number(name, node.free.get(name, 0))} of {amount_of(name, has)}" if is_free else amount_of(name, has)

    parts = [amount(name) for name in shown if name == "CPU" or name not in ALWAYS_SHOWN or node.total.get(name)]
    types = accelerator_types([node])
    return ", ".join(parts) + (f" ({', '.join(types)})" if types else "") + (" free" if is_free else "")


def _number(name: str, amount: float) -> Any:
    return f"{amount / 2**30:.1f}" if name in BYTES else f"{amount:g}"


def _subject(addresses: list[str]) -> str:
    if len(addresses) == 1:
        return f"{addresses[0]} has"
    return (
        f"{', '.join(addresses)} each have" if len(addresses) <= 3 else f"{len(addresses)} nodes ({addresses[0]}, ...) each have"
    )
