"""What no node of the cluster can take is refused in a sentence, and what others hold is waited for with one."""

from __future__ import annotations

import pytest
from ray.train import ScalingConfig
from tests.since import needs

from raylift_runtime.cluster.nodes import Node
from raylift_runtime.cluster.resources import check_resources, missing_room
from raylift_runtime.preflight_error import PreflightError


def node(address: str, free: dict[str, float] | None = None, **total: float) -> Node:
    return Node(address, total, total if free is None else free)


TWO_CPUS = [node("10.0.0.1", CPU=2)]
TYPED = Node("10.0.0.2", {"CPU": 8, "GPU": 4, "accelerator_type:T4": 1}, {"CPU": 8, "GPU": 4, "accelerator_type:T4": 1})
TWO_NODES = [*TWO_CPUS, TYPED]


def refusal(scaling: ScalingConfig, nodes: list[Node]) -> str:
    with pytest.raises(PreflightError) as refused:
        check_resources(scaling, nodes)
    return str(refused.value)


def test_more_workers_than_the_cluster_has_cpus_are_refused_with_a_number_that_fits() -> None:
    said = refusal(ScalingConfig(num_workers=8), TWO_CPUS)
    assert "8 workers with 1 CPU each do not fit into this Ray cluster, which has room for 2: 10.0.0.1 has 2 CPU." in said
    assert "Set RAYLIFT_NUM_WORKERS=2, or add nodes. If an autoscaler" in said


def test_gpus_on_a_cluster_without_are_refused_with_the_way_to_cpus() -> None:
    assert "RAYLIFT_USE_GPU=0" in refusal(ScalingConfig(num_workers=1, use_gpu=True), TWO_CPUS)


def test_an_accelerator_type_that_no_node_has_is_refused_with_the_types_there_are() -> None:
    said = refusal(ScalingConfig(num_workers=1, accelerator_type="A100"), TWO_NODES)
    assert "1 worker with 1 CPU and an accelerator of type A100 does not fit" in said
    assert "has room for none: 10.0.0.1 has 2 CPU; 10.0.0.2 has 8 CPU, 4 GPU (T4)." in said
    assert "Give ScalingConfig(accelerator_type=...) one that it has (T4)" in said
    assert "Leave accelerator_type out" in refusal(ScalingConfig(accelerator_type="A100"), TWO_CPUS)


def test_a_worker_that_is_larger_than_any_node_is_refused_although_all_nodes_together_have_enough() -> None:
    nodes = [node("10.0.0.1", CPU=4), node("10.0.0.2", CPU=4)]
    said = refusal(ScalingConfig(resources_per_worker={"CPU": 6}), nodes)
    assert "1 worker with 6 CPU does not fit" in said
    assert "10.0.0.1, 10.0.0.2 each have 4 CPU. Lower resources_per_worker, or add nodes that hold a whole worker." in said


@pytest.mark.parametrize(("strategy", "workers", "room"), [("STRICT_SPREAD", 3, 2), ("STRICT_PACK", 9, 8)])
def test_a_strict_placement_that_the_nodes_cannot_give_is_refused_with_the_loose_one(
    strategy: str, workers: int, room: int
) -> None:
    scaling = ScalingConfig(num_workers=workers, placement_strategy=strategy)
    said = refusal(scaling, TWO_NODES)
    assert strategy in said and f"room for {room}" in said
    assert 'Choose ScalingConfig(placement_strategy="PACK")' in said
    check_resources(ScalingConfig(num_workers=room, placement_strategy=strategy), TWO_NODES)


def test_labels_that_no_node_carries_are_named() -> None:
    said = refusal(ScalingConfig(num_workers=2, label_selector={"zone": "a"}), TWO_CPUS)
    assert "2 workers with 1 CPU each, on nodes with the labels zone=a do not fit" in said


def test_a_cluster_that_may_grow_is_waited_for() -> None:
    waits = check_resources(ScalingConfig(num_workers=4), TWO_CPUS, may_grow=True)
    assert waits == (
        "waiting until 4 workers with 1 CPU each fit; 2 fit now (10.0.0.1 has 2 of 2 CPU free); an autoscaler is to bring nodes."
    )


def test_resources_that_others_hold_are_waited_for() -> None:
    nodes = [node("10.0.0.1", CPU=4, free={"CPU": 1})]
    waits = check_resources(ScalingConfig(num_workers=2), nodes)
    assert waits == (
        "waiting until 2 workers with 1 CPU each fit; 1 fits now (10.0.0.1 has 1 of 4 CPU free); others hold what is missing."
    )
    assert check_resources(ScalingConfig(num_workers=1), nodes) is None
    assert "none fits now (10.0.0.1 has 0 of 4 CPU free)" in missing_room(ScalingConfig(), [node("10.0.0.1", CPU=4, free={})])


@needs("ray", "2.55", "it has no elastic groups")
def test_an_elastic_group_needs_room_for_its_least_number_only() -> None:
    assert check_resources(ScalingConfig(num_workers=(1, 64)), TWO_CPUS) is None
    assert "3 workers" in refusal(ScalingConfig(num_workers=(3, 64)), TWO_CPUS)
