from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift import lift
from raylift.outcome import Outcome, Untouched
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
    started = time.monotonic()

    def hang() -> None:
        while True:
            with suppress(Exception):
                time.sleep(0.01)

    with pytest.raises(TookTooLong), limited_to(1):
        hang()
    assert time.monotonic() - started < 5


def test_a_limit_that_was_kept_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limited_to(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_no_limit_sets_no_alarm() -> None:
    with limited_to(0):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
