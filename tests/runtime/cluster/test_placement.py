"""How many workers fit onto nodes is counted as Ray places them."""

from __future__ import annotations

import pytest

from raylift_runtime.cluster.nodes import Node
from raylift_runtime.cluster.placement import Group, Selector, carries, free_of, places, total_of

NODES = [Node("a", {"CPU": 2, "GPU": 1}, {"CPU": 1}, {"zone": "x"}), Node("b", {"CPU": 3}, {"CPU": 3}, {"zone": "y"})]


def group(count: int, strategy: str = "PACK", selectors: dict[Selector, int] | None = None, **each: float) -> Group:
    return Group(count, each, strategy, {(): count} if selectors is None else selectors)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (group(9, CPU=1), 5),
        (group(9, "SPREAD", CPU=1), 5),
        (group(9, "STRICT_SPREAD", CPU=1), 2),
        (group(9, "STRICT_PACK", CPU=1), 3),
        (group(9, CPU=2), 2),
        (group(9, GPU=0.5, CPU=1), 2),
        (group(9, CPU=0.3), 6 + 10),
        (group(20, CPU=0.3), 6 + 10),
        (group(4), 4),
    ],
)
def test_each_strategy_has_its_own_count(asked: Group, expected: int) -> None:
    assert places(asked, NODES, total_of) == min(expected, asked.count)


def test_what_is_free_counts_apart_from_what_there_is() -> None:
    assert places(group(9, CPU=1), NODES, free_of) == 4


def test_workers_with_labels_of_their_own_fit_where_those_are() -> None:
    on_x, on_y = (("zone", "x"),), (("zone", "y"),)
    assert places(group(4, selectors={on_x: 3, on_y: 1}, CPU=1), NODES, total_of) == 3
    assert places(group(2, "STRICT_PACK", selectors={on_x: 1, on_y: 1}, CPU=1), NODES, total_of) == 0


@pytest.mark.parametrize(
    ("wanted", "is_carried"),
    [("x", True), ("!x", False), ("!y", True), ("in(x, y)", True), ("!in(x,y)", False), ("in(y)", False)],
)
def test_a_label_is_asked_for_in_ray_s_words(wanted: str, is_carried: bool) -> None:
    assert carries(NODES[0], (("zone", wanted),)) is is_carried
    assert carries(NODES[0], (("rack", wanted),)) is wanted.startswith("!")
