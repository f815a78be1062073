"""What is wrong with a result: one sentence, and the line of the result, or of the source where that has lost something."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong with a result."""

    line: int
    text: str
