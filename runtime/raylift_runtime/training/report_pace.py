"""After which steps the ranks report what they have kept: agreed upon, because no rank may report alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 5.0  # Ray's controller takes one report per poll of its own, so more of them would hold training up


class Pace:
    """The next step at which to report, so that reports come about every `seconds` whatever a step takes.

    Every rank asks `is_due` at each step; rank 0 alone proposes the step after that, by its own clock, and all ranks adopt it.
    """

    def __init__(self, step: int = 0, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last_step, self._last_time = step, clock()
        self._next_step, self._last_report = step + 1, clock()

    def is_due(self, step: int) -> bool:
        """Whether the ranks meet at this step."""
        return step >= self._next_step

    def next_after(self, step: int) -> int:
        """The step to meet at next: at most twice as many steps away as the last one was, since speed may change."""
        steps, now = max(step - self._last_step, 1), self._clock()
        per_step = max(now - self._last_time, 1e-9) / steps
        self._last_step, self._last_time = step, now
        return step + min(max(int(self._seconds / per_step), 1), 2 * steps)

    def may_report(self) -> bool:
        """On rank 0: whether the last report is long enough ago for Ray to have taken it; answering yes counts as a report."""
        if self._clock() - self._last_report < self._seconds:
            return False
        self._last_report = self._clock()
        return True

    def wait_until(self, step: int) -> None:
        """Adopts the step that rank 0 proposed."""
        self._next_step = step
