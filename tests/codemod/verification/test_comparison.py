"""Two trainings are compared rank by rank and step by step, bit for bit."""

from __future__ import annotations

import math

import pytest

from raylift.verification.comparison import RankComparison, compare, is_equal, table
from raylift.verification.watched_training import TrainingRecord

SAME = TrainingRecord({0: [1.0, 0.5], 1: [2.0, 0.25]}, {0: ["a", "b"], 1: ["a", "b"]})


def test_equal_trainings_are_equal_on_every_rank() -> None:
    ranks = compare(SAME, SAME, 0)
    assert ranks == [RankComparison(0, 2, "", "equal"), RankComparison(1, 2, "", "equal")]
    assert all(is_equal(rank, 0) for rank in ranks)


def test_the_first_difference_is_named_with_its_rank_and_step() -> None:
    other = SAME._replace(losses={0: [1.0, 0.5], 1: [2.0, math.nextafter(0.25, 1)]})
    ranks = compare(SAME, other, 0)
    assert [is_equal(rank, 0) for rank in ranks] == [True, False]
    assert ranks[1].parts_at == "loss 2: 0.25 and 0.25000000000000006"
    assert [is_equal(rank, 1e-6) for rank in compare(SAME, other, 1e-6)] == [True, True]


@pytest.mark.parametrize(
    "other",
    [
        SAME._replace(losses={0: [1.0, 0.5]}),
        SAME._replace(losses={0: [1.0], 1: [2.0]}),
        SAME._replace(losses={**SAME.losses, 2: [1.0]}),
        SAME._replace(losses={0: [1.0, math.nan], 1: [2.0, 0.25]}),
        SAME._replace(parameters={0: ["a", "c"], 1: ["a", "b"]}),
    ],
)
def test_a_missing_rank_a_missing_step_or_other_weights_are_differences(other: TrainingRecord) -> None:
    assert not all(is_equal(rank, 0) for rank in compare(SAME, other, 0))


def test_two_losses_that_are_no_number_are_the_same() -> None:
    lost = SAME._replace(losses={0: [math.nan]})
    assert compare(lost, lost, 0)[0].parts_at == ""


def test_the_table_has_a_line_for_each_rank() -> None:
    assert table([RankComparison(0, 12, "", "equal"), RankComparison(1, 12, "loss 3: 1.0 and 2.0", "differ")]).splitlines() == [
        "rank  losses  first difference     final weights",
        "0     12      none                 equal",
        "1     12      loss 3: 1.0 and 2.0  differ",
    ]
