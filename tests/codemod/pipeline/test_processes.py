from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.codemod.conftest import BREAKS, LIFTED, REFUSED, TRAINS
from tests.conftest import Raylift

from raylift import lift
from raylift.outcome import Outcome, Untouched


@pytest.mark.usefixtures("stand_in")
def test_many_files_are_lifted_by_processes_and_told_in_order(tmp_path: Path, raylift: Raylift) -> None:
    sources = [TRAINS, REFUSED, BREAKS]
    for number in range(30):
        (tmp_path / f"{number:02}.py").write_bytes(sources[number % 3])
    run = raylift("rewrite", "-j", "3", tmp_path)
    assert run.code == 3
    told = [Path(line.partition(":")[0]).name for line in run.err.splitlines() if line.startswith(str(tmp_path))]
    assert told == [f"{number:02}.py" for number in range(30)]
    assert {(tmp_path / f"{number:02}.py").read_bytes() for number in range(0, 30, 3)} == {LIFTED}
    assert run.err.splitlines()[-1] == "raylift: 10 lifted, 10 need a hand, 10 failed"


def test_a_file_that_kills_its_process_does_not_stop_the_rest(
    tmp_path: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rewrite(source: bytes, *rest: object) -> Outcome:
        if b"kill" in source:
            os.kill(os.getpid(), signal.SIGKILL)
        return Untouched("fine")

    monkeypatch.setattr(lift, "rewrite", rewrite)
    for number in range(12):
        (tmp_path / f"{number:02}.py").write_bytes(b"import transformers\n" + b"kill = 1" * (number == 5))
    run = raylift("check", "-j", "2", tmp_path)
    assert run.code == 3
    assert run.out == f"{tmp_path}/05.py: ended the process that lifted it\n"
    assert run.err == "raylift: 1 failed, 11 left alone\n"
