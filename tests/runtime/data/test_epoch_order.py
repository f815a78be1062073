"""Which rows a rank trains on, in which order: decided from numbers alone, without reading."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from raylift_runtime.data.epoch_order import WINDOW, RankBatches


def batches(counts: tuple[int, ...], size: int, world: int, drop_last: bool = False, epoch: int = 0) -> list[list[list[int]]]:
    """The batches of every rank."""
    every = [RankBatches(counts, size, drop_last, 7, rank, world) for rank in range(world)]
    for each in every:
        each.set_epoch(epoch)
    assert [len(each) for each in every] == [len(list(each)) for each in every]
    return [list(each) for each in every]


def rows(ranks: list[list[list[int]]]) -> list[int]:
    return sorted(itertools.chain(*itertools.chain(*ranks)))


@given(some.lists(some.integers(0, 30), min_size=1, max_size=40), some.integers(2, 9), some.integers(1, 5))
def test_each_row_comes_exactly_once_and_every_rank_has_as_many_batches_none_empty(
    counts: list[int], size: int, world: int
) -> None:
    if sum(counts) < world:
        return
    ranks = batches(tuple(counts), size, world)
    assert rows(ranks) == list(range(sum(counts)))
    assert {len(rank) for rank in ranks} == {-(-sum(counts) // (size * world))}
    assert all(1 <= len(batch) <= size for rank in ranks for batch in rank)


@given(some.integers(1, 60), some.integers(1, 5), some.integers(1, 5))
def test_without_the_last_batch_all_are_full(count: int, size: int, world: int) -> None:
    if count < world:
        return
    ranks = batches((count,), size, world, drop_last=True)
    trained = rows(ranks)
    assert len(trained) == len(set(trained)) == count // (size * world) * size * world
    assert all(len(batch) == size for rank in ranks for batch in rank)


def test_batches_of_one_row_repeat_one_where_a_rank_would_have_none() -> None:
    first, second = batches((5,), 1, 2)
    assert len(first) == len(second) == 3
    assert second[2] == second[0]
    assert set(rows([first, second])) == set(range(5))


def test_each_epoch_has_another_order_and_a_rerun_the_same() -> None:
    orders = [batches((40,), 4, 2, epoch=epoch) for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]


def test_a_rank_reads_its_part_of_the_blocks_where_they_are_many() -> None:
    counts = (10,) * (WINDOW * 8)
    ranks = batches(counts, 4, 4)
    read = [{row // 10 for row in rows([rank])} for rank in ranks]
    assert all(len(blocks) == WINDOW * 2 for blocks in read)
    assert sorted(itertools.chain(*read)) == list(range(len(counts)))


def test_fewer_rows_than_workers_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="dataset 'train' has 1 rows for 2 workers"):
        RankBatches((1, 0), 4, False, 7, 0, 2)
