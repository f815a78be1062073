"""Reports come about every few seconds, whatever a step takes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from raylift_runtime.training.report_pace import Pace


def meetings(seconds_per_step: Callable[[int], float], steps: int) -> list[tuple[int, float, bool]]:
    """The steps at which ranks meet, when, and whether they report."""
    now = [0.0]
    pace = Pace(0, seconds=5.0, clock=lambda: now[0])
    met = []
    for step in range(1, steps + 1):
        now[0] += seconds_per_step(step)
        if pace.is_due(step):
            met.append((step, now[0], pace.may_report()))
            pace.wait_until(pace.next_after(step))
    return met


def test_slow_steps_are_each_reported() -> None:
    assert [step for step, _, reports in meetings(lambda _: 9.0, 5) if reports] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("per_step", [0.001, 0.05, 0.7])
def test_fast_steps_are_reported_every_five_seconds(per_step: float) -> None:
    times = [when for _, when, reports in meetings(lambda _: per_step, int(60 / per_step)) if reports]
    assert 6 <= len(times) <= 13
    assert min(b - a for a, b in pairwise(times)) >= 5.0


def test_ranks_meet_rarely_before_the_pace_is_found() -> None:
    assert len([when for _, when, _ in meetings(lambda _: 0.001, 5000)]) <= 14


def test_steps_that_become_slow_are_met_in_time() -> None:
    met = meetings(lambda step: 0.01 if step < 600 else 1.0, 1000)
    assert max(b - a for (_, a, _), (_, b, _) in pairwise(met[-20:])) <= 11.0


def test_only_rank_zero_decides() -> None:
    slow, fast = Pace(0, clock=lambda: 100.0), Pace(0, clock=lambda: 0.0)
    agreed = slow.next_after(1)
    for pace in (slow, fast):
        pace.wait_until(agreed)
    assert [pace.is_due(agreed) for pace in (slow, fast)] == [True, True]
