"""Many files at once: processes that lift, and outcomes in the order of the files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from raylift.outcome import Failed, Outcome
from raylift.output.console import watched
from raylift.pipeline.one_file import outcome_for
from raylift.request import Request

if TYPE_CHECKING:
    from raylift.pipeline.file_outcome import PendingFile


FEW = 6
"""Files; below this a second process costs more than it saves."""


def outcomes_in_order(pending: Sequence[PendingFile], request: Request) -> Iterator[Outcome]:
    """What becomes of each file, in order, with a bar on a terminal where there are many."""
    processes = min(request.jobs or _spare_processes(), len(pending))
    alone = processes <= 1 or (request.jobs is None and len(pending) < FEW)
    outcomes = _one_by_one(pending, request) if alone else _by_processes(pending, request, processes)
    yield from watched(outcomes, len(pending)) if len(pending) >= FEW else outcomes


def _one_by_one(pending: Sequence[PendingFile], request: Request) -> Iterator[Outcome]:
    return (outcome_for(file.found.path, file.source, request) for file in pending)


def _by_processes(pending: Sequence[PendingFile], request: Request, processes: int) -> Iterator[Outcome]:
    with ProcessPoolExecutor(processes) as pool:
        work = [pool.submit(outcome_for, file.found.path, file.source, request) for file in pending]
        try:
            for file, outcome in zip(pending, work, strict=True):
                try:
                    yield outcome.result()
                except BrokenProcessPool:  # someone's file did it, and every later one is lost with the pool
                    yield _in_a_process_of_its_own(file, request)
        finally:
            pool.shutdown(cancel_futures=True)


def _in_a_process_of_its_own(file: PendingFile, request: Request) -> Outcome:
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(outcome_for, file.found.path, file.source, request).result()
        except BrokenProcessPool:
            return Failed("ended the process that lifted it", ours=True)


def _spare_processes() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
