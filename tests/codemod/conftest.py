"""The command line in this process, and a stand-in for the rewrite that needs no training script."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import hypothesis
import pytest

from raylift import cli, lift
from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.script.neighbours import Neighbours, no_neighbours
from raylift.settings import Settings

hypothesis.settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("unhurried")


class Run(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


Raylift = Callable[..., Run]

TRAINS = b"import transformers\nbefore = 1\n"
LIFTED = b"import transformers\nafter = 1\n"
REFUSED = b"import transformers\nrefuse = 1\n"
BREAKS = b"import transformers\nbreak_us = 1\n"
UNRELATED = b"print('hello')\n"


@pytest.fixture
def raylift(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Raylift:
    """Runs `raylift ARGUMENTS` as the entry point would."""

    def run(*arguments: object, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["raylift", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        code = cli.main()
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return run


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
