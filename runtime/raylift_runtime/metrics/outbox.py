"""Metrics that wait in this process for the next report, and leave with the train function's value if none comes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

_waiting: list[dict[str, Any]] = []
_trainings = itertools.count()


@dataclass(frozen=True)
class Returned:
    """What a worker hands back: the train function's own value, and the lines that no report has carried."""

    value: Any
    logs: list[dict[str, Any]]


def put_in_outbox(line: dict[str, Any]) -> None:
    """Keeps one line of metrics; never communicates, so it may be called on any rank at any time."""
    _waiting.append(line)


def take() -> list[dict[str, Any]]:
    """All lines kept since the last call."""
    taken, _waiting[:] = list(_waiting), []
    return taken


def waiting() -> list[dict[str, Any]]:
    """The lines kept so far, as the list itself."""
    return _waiting


def next_training() -> int:
    """The number of the training that begins now in this script: 0 for the first one."""
    return next(_trainings)
