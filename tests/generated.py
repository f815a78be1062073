"""How many examples a test generates: CI tries the same few each time, a run by hand looks for more."""

from __future__ import annotations

import os


def examples(many: int) -> int:
    """A quarter of so many in CI, where what was found once stays found by an `@example`; `TIMES_EXAMPLES=10` looks for ten times as many."""
    times = int(os.environ.get("TIMES_EXAMPLES", "1"))
    return many // 4 if "CI" in os.environ else many * times
