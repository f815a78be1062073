"""What a run shows on the driver's terminal: one stream, rank 0's lines as they are, other ranks' where they differ, no noise."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from raylift_runtime.kernel import from_this_cell, is_interactive

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "\x1eraylift "  # begins a line that is meant for the driver's stream rather than for the reader
RAY_S_HANDLER = "ray_print_logs"
SHOWN = ("RayTrainWorker", "SynchronizationActor")  # the latter says which ranks a meeting waits for
PATIENCE_S = 1.0  # how long another rank's line waits for rank 0's own, which makes it superfluous
REMEMBERED = 4096

NATIVE_LOG = re.compile(r"^\[(?:rank\d+\]:\[)?[IWEF]?\S* ?\S* ?[IWEF]? ?\d* ?\d*\] \S+\.cc:\d+\]?")
RAY_PROGRESS = "__ray_tqdm_magic_token__"  # a state of a progress bar of Ray Data, as JSON for Ray's own display
DIGITS = re.compile(r"\S*\d\S*")


_has_reader = False


def shows_workers() -> bool:
    """Whether `one_stream` will show what workers write: not in a trial of Ray Tune's, nor where Ray shows no output at all."""
    try:
        from ray._private.ray_logging import global_worker_stdstream_dispatcher as dispatcher
    except ImportError:  # Ray has moved it: its own output is better than none
        return False
    return any(name == RAY_S_HANDLER for name, _ in dispatcher.handlers)


def speak_to_driver() -> None:
    """From now on this process, a worker or the controller, marks its lines for the driver's stream."""
    global _has_reader
    _has_reader = True


def mark_rank(rank: int) -> None:
    """Says in a worker's two streams which rank writes them, where a driver's stream reads that."""
    for stream in (sys.stdout, sys.stderr) if _has_reader else ():
        print(f"{MARK}rank {rank}", file=stream, flush=True)


def tell(text: str) -> None:
    """Writes a line of the run's own to the driver's terminal, from the driver, the controller or a worker."""
    print(f"{MARK}say {text}" if _has_reader else f"raylift: {text}", flush=True)


def quiet_ray() -> None:
    """Keeps what Ray says about its own work out of what the script logs: some of its loggers are named by their file's path."""
    import ray

    folder = os.path.dirname(str(ray.__file__))
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(folder):
            logging.getLogger(name).setLevel(logging.WARNING)


@contextlib.contextmanager
def one_stream() -> Iterator[None]:
    """Within it, this driver shows what its workers write as one readable stream, where Ray shows their output at all."""
    if not shows_workers():
        yield
        return
    from ray._private.ray_logging import global_worker_stdstream_dispatcher as dispatcher

    theirs = [handler for name, handler in dispatcher.handlers if name == RAY_S_HANDLER]
    stream = Stream(sys.stdout, sys.stderr)
    dispatcher.remove_handler(RAY_S_HANDLER)
    in_cell = from_this_cell(stream) if is_interactive() else contextlib.nullcontext(stream)
    with contextlib.closing(stream), in_cell as shown:
        dispatcher.add_handler("raylift", shown)
        try:
            yield
        finally:
            try:
                time.sleep(PATIENCE_S)  # the last lines are still on their way
            finally:  # though this is interrupted: in a kernel there will be another run
                dispatcher.remove_handler("raylift")
                for handler in theirs:
                    dispatcher.add_handler(RAY_S_HANDLER, handler)


@dataclass
class Stream:
    """Takes Ray's batches of log lines and writes what a reader wants to see."""

    out: TextIO
    err: TextIO
    clock: Any = time.monotonic
    ranks: dict[tuple[Any, Any], int] = field(default_factory=dict)
    _shown: dict[str, None] = field(default_factory=dict)
    _waiting: list[tuple[float, str, TextIO]] = field(default_factory=list)
    _in_progress: bool = False

    def __call__(self, batch: dict[str, Any]) -> None:
        """Shows the lines of one batch: all from one process and one of its streams."""
        source = batch.get("ip"), batch.get("pid")
        is_shown = str(batch.get("actor_name") or "").startswith(SHOWN)
        file = self.err if batch.get("is_err") else self.out
        for line in batch.get("lines", ()):
            if line.startswith(MARK):
                self._obey(line[len(MARK) :], source)
            elif is_shown and RAY_PROGRESS not in line and not NATIVE_LOG.match(line):
                self._show(line, self.ranks.get(source, 0), file)
        self._release(self.clock() - PATIENCE_S)

    def close(self) -> None:
        """Shows what still waits."""
        self._release(float("inf"))
        self._end_progress()

    def _obey(self, order: str, source: tuple[Any, Any]) -> None:
        word, _, rest = order.partition(" ")
        if word == "rank":
            self.ranks[source] = int(rest)
        elif word == "say":
            self._write(f"raylift: {rest}", self.out)

    def _show(self, line: str, rank: int, file: TextIO) -> None:
        if "\r" in line:
            if rank == 0:
                self._progress(line)
        elif rank == 0:
            self._remember(line, file)
            self._write(line, file)
        elif line.strip():
            self._waiting.append((self.clock(), f"[rank {rank}] {line}", file))

    def _progress(self, line: str) -> None:
        """The newest state of a progress bar, in place on a terminal and in a notebook's cell; elsewhere only its last state."""
        state = next((part for part in reversed(line.split("\r")) if part.strip()), "")
        if self.err.isatty() or is_interactive():
            self.err.write(f"\r\x1b[K{state}")
            self.err.flush()
            self._in_progress = True
        elif "100%" in state:
            self._write(state, self.err)

    def _write(self, line: str, file: TextIO) -> None:
        self._end_progress()
        print(line, file=file, flush=True)

    def _end_progress(self) -> None:
        if self._in_progress:
            print(file=self.err, flush=True)  # before what the other stream shows: a kernel sends each for itself
            self._in_progress = False

    def _release(self, until: float) -> None:
        while self._waiting and self._waiting[0][0] <= until:
            _, line, file = self._waiting.pop(0)
            key = _key(line.partition("] ")[2], file is self.err)
            if key not in self._shown:
                self._shown[key] = None
                self._write(line, file)

    def _remember(self, line: str, file: TextIO) -> None:
        self._shown[_key(line, file is self.err)] = None
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]


def _key(line: str, is_warning: bool) -> str:
    """What makes two lines the same: every letter of ordinary output, and in warnings all but words with digits."""
    return DIGITS.sub("", line) if is_warning else line
