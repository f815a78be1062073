"""Lifts source text as the command line would, for tests that compare before and after."""

from __future__ import annotations

from typing import Any

from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.settings import Settings


def lifted(source: str, **settings: Any) -> str:
    """What a script becomes; fails where it is not lifted, does not parse, or is lifted twice."""
    return outcome(source, **settings).code.decode()


def notices(source: str, **settings: Any) -> list[Notice]:
    """What the reader is told about a script that is lifted."""
    return list(outcome(source, **settings).notices)


def outcome(source: str, **settings: Any) -> Rewritten:
    """The outcome for a script that must be lifted, once and for all."""
    result = rewrite(source.encode(), Settings(**settings))
    assert isinstance(result, Rewritten), result
    compile(result.code, "<lifted>", "exec")
    again = rewrite(result.code, Settings(**settings))
    assert isinstance(again, Untouched), again
    return result


def refusal(source: str, **settings: Any) -> Notice:
    """The first reason why a script is refused."""
    result = rewrite(source.encode(), Settings(**settings))
    assert isinstance(result, Refused), result
    return result.notices[0]
