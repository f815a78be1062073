"""A stand-in for the rewrite that needs no training script."""

from __future__ import annotations

import pytest

from raylift import lift
from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.script.neighbours import Neighbours, no_neighbours
from raylift.settings import Settings

TRAINS = b"import transformers\nbefore = 1\n"
LIFTED = b"import transformers\nafter = 1\n"
REFUSED = b"import transformers\nrefuse = 1\n"
BREAKS = b"import transformers\nbreak_us = 1\n"
UNRELATED = b"print('hello')\n"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Replaces the rewrite: `before` becomes `after`, `refuse` is refused, `break_us` is a fault; gives the settings seen."""
    seen: list[Settings] = []

    def rewrite(source: bytes, settings: Settings = Settings(), neighbours: Neighbours = no_neighbours) -> Outcome:
        seen.append(settings)
        line = source.count(b"\n", 0, source.find(b" = 1")) + 1
        if b"break_us" in source:
            raise ZeroDivisionError("a fault of ours")
        if b"cannot" in source:
            return Failed("cannot be read", line)
        if b"refuse" in source:
            return Refused((Notice(line, "RL301", "this cannot be lifted", "do it by hand"),))
        if b"before" in source:
            change = Notice(line, "RL101", "the Trainer reports to Ray Train")
            return Rewritten(source.replace(b"before", b"after"), (Notice(line, "RL201", "look here", "so"),), (change,))
        return Untouched("no Trainer in it")

    monkeypatch.setattr(lift, "rewrite", rewrite)
    return seen
