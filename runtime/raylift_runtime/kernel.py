"""A notebook's kernel, or a console: a driver without a file, whose code comes in pieces and which outlives a run."""

from __future__ import annotations

import ast
import contextlib
import queue
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def is_interactive() -> bool:
    """Whether somebody types in the code of this process, piece by piece."""
    return hasattr(sys, "ps1")


def cells() -> ast.Module:
    """What has been run in this kernel so far, as one module; empty where IPython keeps none."""
    typed = getattr(sys.modules["__main__"], "_ih", None) or ()
    return ast.Module([statement for cell in typed for statement in _statements(cell)], [])


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body
    except SyntaxError:
        return []


@contextlib.contextmanager
def from_this_cell(handler: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    """Within it, what is given to the callable reaches the handler in a thread of this cell's.

    A kernel shows what a thread writes in the cell in which the thread began; that of Ray's log lines began in the first run.
    """
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    end = object()

    def pass_on() -> None:
        while (given := waiting.get()) is not end:
            handler(given)

    thread = threading.Thread(target=pass_on, name="raylift output", daemon=True)
    thread.start()
    try:
        yield waiting.put
    finally:
        waiting.put(end)
        thread.join()
