"""The time that one file may take; what takes longer is given up, by name, and the other files go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

DEFAULT_S = 30
"""Seconds of processor time; the slowest script that we know takes three."""
WAITING = 10
"""How many times as long a file may take by the clock: a busy machine is no fault, a disk that never answers is."""


class TookTooLong(BaseException):
    """Raised in the middle of whatever runs when the time is up; no handler of mere errors may hold it."""


@contextmanager
def limited_to(seconds: int) -> Iterator[None]:
    """Raise TookTooLong in the body once it has computed so long; 0 is no limit, nor is there one without Unix signals."""
    if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = {each: signal.signal(each, give_up) for each in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # again, where the first came in the middle of what holds every error
    signal.setitimer(signal.ITIMER_REAL, seconds * WAITING, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            signal.signal(each, handler)
