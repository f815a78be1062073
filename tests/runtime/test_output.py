"""A run shows one readable stream."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import pytest

from raylift_runtime import output
from raylift_runtime.output import MARK, PATIENCE_S, Stream, quiet_ray


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stream(clock: Clock) -> Stream:
    stream = Stream(io.StringIO(), io.StringIO(), clock)
    for rank in (0, 1):
        stream(batch(rank, f"{MARK}rank {rank}"))
    return stream


def batch(rank: int, *lines: str, is_err: bool = False, actor: str = "RayTrainWorker") -> dict[str, Any]:
    return {"ip": "10.0.0.1", "pid": 100 + rank, "actor_name": actor, "is_err": is_err, "lines": list(lines)}


def shown(stream: Stream) -> list[str]:
    stream.close()
    return [*stream.out.getvalue().splitlines(), *stream.err.getvalue().splitlines()]  # type: ignore[attr-defined]  # they are StringIO


def test_rank_zero_s_lines_stand_as_they_are(stream: Stream) -> None:
    stream(batch(0, "{'loss': 1.0}", "  indented"))
    assert shown(stream) == ["{'loss': 1.0}", "  indented"]


def test_another_rank_s_own_line_is_shown_with_its_rank(stream: Stream) -> None:
    stream(batch(1, "only here"))
    assert shown(stream) == ["[rank 1] only here"]


@pytest.mark.parametrize("first", [0, 1])
def test_what_rank_zero_says_too_is_shown_once(stream: Stream, first: int) -> None:
    for rank in (first, 1 - first):
        stream(batch(rank, "file.py:3: UserWarning: careful", is_err=True))
    assert shown(stream) == ["file.py:3: UserWarning: careful"]


def test_another_rank_s_line_waits_no_longer_than_its_patience(stream: Stream, clock: Clock) -> None:
    stream(batch(1, "only here"))
    clock.now = PATIENCE_S + 0.1
    stream(batch(0))
    assert stream.out.getvalue() == "[rank 1] only here\n"  # type: ignore[attr-defined]  # it is a StringIO


def test_warnings_that_differ_in_numbers_only_are_the_same(stream: Stream) -> None:
    for rank in (0, 1):
        stream(batch(rank, f"[rank{rank}]:[W1121 01:31:22.3267{rank} reducer.cpp:1529] Warning: slow", is_err=True))
    assert len(shown(stream)) == 1


@pytest.mark.parametrize(
    ("actor", "line"),
    [
        ("TrainController", "Attempting to start training worker group"),
        ("PlacementGroupCleaner", "Failed to query Ray Train Controller actor state."),
        ("RayTrainWorker", "[2026-11-21 01:31:18,831 E 18991 19017] core_worker.cc:2465: Actor has gone"),
        ("RayTrainWorker", '{"__magic_token__": "__ray_tqdm_magic_token__", "x": 16, "pos": 0, "desc": "Running"}'),
    ],
)
def test_internal_lines_are_not_shown(stream: Stream, actor: str, line: str) -> None:
    stream(batch(7, line, actor=actor))
    assert shown(stream) == []


def test_a_script_that_logs_everything_does_not_hear_of_ray_s_own_work() -> None:
    from ray.train.v2._internal.execution import context

    level = context.logger.level
    try:
        quiet_ray()
        assert not context.logger.isEnabledFor(logging.INFO)
        assert context.logger.isEnabledFor(logging.WARNING)
    finally:
        context.logger.setLevel(level)


def test_what_the_run_says_itself_is_shown(stream: Stream) -> None:
    stream(batch(7, f"{MARK}say checkpoint of step 3 in /x", actor="TrainController"))
    assert shown(stream) == ["raylift: checkpoint of step 3 in /x"]


def test_a_progress_bar_is_drawn_in_place_on_a_terminal() -> None:
    stream = Stream(io.StringIO(), Terminal())
    stream(batch(0, "\r 10%|#   |", "\r 20%|##  |\r 30%|### |", is_err=True))
    stream(batch(0, "next"))
    assert stream.err.getvalue() == "\r\x1b[K 10%|#   |\r\x1b[K 30%|### |\n"  # type: ignore[attr-defined]  # it is a StringIO


def test_a_progress_bar_is_drawn_in_place_in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", "In : ", raising=False)
    stream = Stream(io.StringIO(), io.StringIO())
    stream(batch(0, "\r 10%|#   |", is_err=True))
    stream.close()
    assert stream.err.getvalue() == "\r\x1b[K 10%|#   |\n"  # type: ignore[attr-defined]  # it is a StringIO


def test_elsewhere_a_progress_bar_is_one_line_at_its_end(stream: Stream) -> None:
    stream(batch(0, "\r 10%|#   |", "\r 99%|### |\r100%|####|", is_err=True))
    stream(batch(1, "\r100%|####|", is_err=True))
    assert shown(stream) == ["100%|####|"]


def test_marks_are_written_only_where_a_driver_s_stream_reads_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output.mark_rank(1)
    output.tell("checkpoint of step 3 in /x")
    assert capsys.readouterr() == ("raylift: checkpoint of step 3 in /x\n", "")
    monkeypatch.setattr(output, "_has_reader", False)
    output.speak_to_driver()
    output.mark_rank(1)
    output.tell("checkpoint of step 3 in /x")
    assert capsys.readouterr() == (f"{MARK}rank 1\n{MARK}say checkpoint of step 3 in /x\n", f"{MARK}rank 1\n")


def test_a_stream_shows_workers_where_ray_itself_would(monkeypatch: pytest.MonkeyPatch) -> None:
    from ray._private.ray_logging import global_worker_stdstream_dispatcher as dispatcher

    monkeypatch.setattr(dispatcher, "handlers", [])
    assert not output.shows_workers()
    with output.one_stream():
        assert dispatcher.handlers == []
    monkeypatch.setattr(dispatcher, "handlers", [(output.RAY_S_HANDLER, print)])
    assert output.shows_workers()


def test_a_run_that_is_interrupted_twice_shows_what_waits_and_leaves_ray_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ray._private.ray_logging import global_worker_stdstream_dispatcher as dispatcher

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dispatcher, "handlers", [(output.RAY_S_HANDLER, print)])
    monkeypatch.setattr(output.time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt), output.one_stream():
        dispatcher.handlers[0][1](batch(1, f"{MARK}rank 1", "almost there"))
    assert dispatcher.handlers == [(output.RAY_S_HANDLER, print)]
    assert capsys.readouterr().out == "[rank 1] almost there\n"
