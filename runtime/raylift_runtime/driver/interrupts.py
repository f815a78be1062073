"""Ctrl-C: it is heard in every phase of a run, and ends this process within seconds; a kernel it only stops running the cell."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, NoReturn

from raylift_runtime.kernel import is_interactive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

STATUS = 130  # what a shell expects of a process that Ctrl-C has ended


@contextlib.contextmanager
def interrupts_heard() -> Iterator[None]:
    """Within it, Ctrl-C is answered at once and ends in SystemExit with the status of shells. A second one ends the process as it is.

    A notebook's stop button stops the run, however often it is pressed, and leaves the kernel with all that it holds: it is
    KeyboardInterrupt there, as in any cell. Does nothing in a thread where Python takes no signals, and where whoever started this process has it ignore Ctrl-C.
    """
    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler  # a handler of C code is none for Python
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, _stop_hearing)
    try:
        yield
    except KeyboardInterrupt:
        if is_interactive():
            raise
        raise SystemExit(STATUS) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _stop_hearing(number: int, frame: FrameType | None) -> NoReturn:
    if is_interactive():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _say("interrupted: stopping the run.")
    else:
        signal.signal(signal.SIGINT, _end_now)
        _say("Ctrl-C: stopping the run. Once more leaves at once.")
    raise KeyboardInterrupt


def _end_now(number: int, frame: FrameType | None) -> NoReturn:
    _say("Ctrl-C: leaving.")
    os._exit(STATUS)


def _say(text: str) -> None:
    line = f"\nraylift: {text}"
    try:
        print(line, flush=True)
    except RuntimeError:  # what was interrupted is printing
        os.write(1, f"{line}\n".encode())
