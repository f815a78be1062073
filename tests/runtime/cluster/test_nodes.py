"""What the nodes of a cluster have is told in few words."""

from __future__ import annotations

import pytest

from raylift_runtime.cluster.nodes import Node, amounts, inventory


def nodes(count: int, **total: float) -> list[Node]:
    return [Node(f"10.0.{int(total['CPU'])}.{number}", total, {}) for number in range(count)]


def test_equal_nodes_are_told_together() -> None:
    said = inventory([*nodes(5, CPU=8, GPU=2), *nodes(1, CPU=4)], ["GPU"])
    assert said == "5 nodes (10.0.8.0, ...) each have 8 CPU, 2 GPU; 10.0.4.0 has 4 CPU"


def test_a_cluster_of_many_kinds_of_nodes_is_not_told_whole() -> None:
    said = inventory([node for cpus in range(1, 11) for node in nodes(1, CPU=cpus)], [])
    assert said.count("has") == 8
    assert said.endswith("and 2 other kinds of nodes")


def test_what_is_asked_for_is_told_where_a_node_has_none_of_it() -> None:
    assert inventory(nodes(1, CPU=8, memory=2.0**33), ["memory", "licence"]) == "10.0.8.0 has 8 CPU, 8.0 GiB memory, 0 licence"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({"CPU": 1.0}, "1 CPU"),
        ({"CPU": 4, "GPU": 0.5, "accelerator_type:T4": 0.001}, "4 CPU, 0.5 GPU and an accelerator of type T4"),
        ({"memory": 1.5 * 2**30}, "1.5 GiB memory"),
        ({}, "no resources"),
    ],
)
def test_amounts_are_told_as_a_reader_names_them(resources: dict[str, float], expected: str) -> None:
    assert amounts(resources) == expected
