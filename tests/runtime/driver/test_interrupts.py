"""Ctrl-C is heard, and ends the process with the status that shells expect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from raylift_runtime.driver.interrupts import STATUS, interrupts_heard


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)  # until Python takes the signal


def press_twice() -> None:
    try:
        press_ctrl_c()
    finally:
        press_ctrl_c()


def test_ctrl_c_is_answered_and_ends_with_the_status_of_shells(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, interrupts_heard():
        press_ctrl_c()
    assert ended.value.code == STATUS
    assert "raylift: Ctrl-C: stopping the run. Once more leaves at once." in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_a_kernel_it_stops_the_cell_however_often_it_is_pressed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "ps1", "In : ", raising=False)
    with pytest.raises(KeyboardInterrupt), interrupts_heard():
        press_twice()
    assert capsys.readouterr().out.count("raylift: interrupted: stopping the run.") == 1


def test_a_process_that_is_to_ignore_ctrl_c_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_heard():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), interrupts_heard():
        raise KeyError


def test_a_second_ctrl_c_leaves_at_once() -> None:
    code = """
import os, signal, time
from raylift_runtime.driver.interrupts import interrupts_heard
signal.signal(signal.SIGINT, signal.default_int_handler)
with interrupts_heard():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout.count("Ctrl-C")) == (STATUS, 2)
