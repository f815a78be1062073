"""A run without a checkpoint begins again where its first attempt began, whatever lies in its output folder by then."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.stored import Stored

from raylift_runtime.checkpoints import resume
from raylift_runtime.storage import unfinished


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def folder(out: Path, step: int) -> str:
    (out / f"checkpoint-{step}").mkdir()
    return str(out / f"checkpoint-{step}")


def begin(session: Stored, out: Path, chosen: Any) -> Any:
    with resume.newest(session, 0, str(out), chosen) as found:
        return found.start


@pytest.fixture
def session(tmp_path: Path) -> Stored:
    return Stored(folder=str(tmp_path / "run"))


def test_a_folder_that_an_attempt_left_is_not_begun_from(session: Stored, out: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert begin(session, out, None) is None
    left = folder(out, 4)
    assert begin(session, out, left) is None
    assert begin(session, out, True) is None
    assert f"Nobody vouches for {left}, which an attempt left: training begins again from its start." in caplog.text


@pytest.mark.parametrize("is_found_by_the_trainer", [True, False])
def test_what_the_first_attempt_began_from_is_begun_from_again(session: Stored, out: Path, is_found_by_the_trainer: bool) -> None:
    first = folder(out, 4)
    assert begin(session, out, True if is_found_by_the_trainer else first) == (True if is_found_by_the_trainer else first)
    assert begin(session, out, folder(out, 8)) == begin(session, out, True) == begin(session, out, None) == first


def test_a_folder_elsewhere_is_the_script_s_own_choice(session: Stored, out: Path, tmp_path: Path) -> None:
    begin(session, out, None)
    other = tmp_path / "other"
    other.mkdir()
    assert begin(session, out, str(other)) == begin(session, out, folder(out, 4)) == str(other)


def test_a_beginning_that_is_gone_is_an_error_that_names_it(session: Stored, out: Path) -> None:
    first = folder(out, 4)
    begin(session, out, first)
    shutil.rmtree(first)
    with pytest.raises(RuntimeError, match=f"began from {first}, has no checkpoint yet, and that folder is gone"):
        begin(session, out, None)


def cut_short(path: str, run: str) -> None:
    with pytest.raises(OSError, match="full"), unfinished.being_saved(path, str(Path(path).parent), run, 0):
        raise OSError("full")


def test_a_new_run_begins_from_the_newest_folder_that_is_whole(
    session: Stored, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole, newest = folder(out, 4), folder(out, 8)
    cut_short(newest, "another run")
    assert begin(session, out, True) == begin(session, out, newest) == whole
    assert f"{newest} was cut short while it was saved: training begins from {whole}." in caplog.text


def test_a_folder_that_the_script_names_and_that_was_cut_short_is_refused(session: Stored, out: Path) -> None:
    named, _ = folder(out, 4), folder(out, 8)
    cut_short(named, "another run")
    with pytest.raises(RuntimeError, match=f"{named} was cut short while it was saved"):
        begin(session, out, named)
