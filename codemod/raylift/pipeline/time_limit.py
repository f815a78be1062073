"""The time that one file may take; what takes longer is given up, by name, and the other files go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

DEFAULT_S = 30
"""Seconds; the slowest script that we know takes three."""


class TookTooLong(BaseException):
    """Raised in the middle of whatever runs when the time is up; no handler of mere errors may hold it."""


@contextmanager
def limited_to(seconds: int) -> Iterator[None]:
    """Raise TookTooLong in the body once it has run so long; 0 is no limit, nor is there one without Unix signals."""
    if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again, where the first came in the middle of what holds every error
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
