from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift import lift
from raylift.outcome import Outcome, Untouched
from raylift.pipeline import time_limit
from raylift.pipeline.time_limit import TookTooLong, limited_to


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_file_that_takes_too_long_is_told_by_name_and_the_rest_is_answered(
    tmp_path: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    def rewrite(source: bytes, *rest: object) -> Outcome:
        while b"hang" in source:
            pass
        return Untouched("fine")

    monkeypatch.setattr(lift, "rewrite", rewrite)
    for number in range(8):
        (tmp_path / f"{number}.py").write_bytes(b"import transformers\n" + b"hang = 1" * (number == 3))
    run = raylift("check", "-j", jobs, "--timeout", "1", tmp_path)
    assert run.code == 3
    assert run.out == f"{tmp_path}/3.py: took longer than 1 s and was given up; report it, or allow more with --timeout\n"
    assert run.err == "raylift: 1 failed, 7 left alone\n"


def test_no_handler_of_mere_errors_holds_the_end_of_the_time() -> None:
    started = time.process_time()

    def hang() -> None:
        while True:
            with suppress(Exception):
                sum(range(1000))

    with pytest.raises(TookTooLong), limited_to(1):
        hang()
    assert time.process_time() - started < 5


def test_what_waits_for_ever_comes_to_an_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "WAITING", 1)
    with pytest.raises(TookTooLong), limited_to(1):
        time.sleep(60)


@pytest.mark.parametrize(("timer", "number"), [(signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)])
def test_a_limit_that_was_kept_leaves_no_alarm_behind(timer: int, number: int) -> None:
    before = signal.getsignal(number)
    with limited_to(60):
        assert signal.getitimer(timer)[0] > 0
    assert signal.getitimer(timer) == (0.0, 0.0)
    assert signal.getsignal(number) is before


def test_no_limit_sets_no_alarm() -> None:
    with limited_to(0):
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
