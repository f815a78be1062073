"""A folder counts as cut short from the moment that a rank begins to write into it until each has come to the end."""

from __future__ import annotations

from pathlib import Path

import pyarrow.fs
import pytest

from raylift_runtime.storage import unfinished
from raylift_runtime.storage.unfinished import being_saved, is_cut_short, remove_cut_short

LOCAL = pyarrow.fs.LocalFileSystem()


def written(folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "half").write_text("half")
    return str(folder)


def leave(folder: str, place: Path, run: str = "run", rank: int = 0) -> None:
    with pytest.raises(KeyboardInterrupt), being_saved(folder, str(place), run, rank):
        raise KeyboardInterrupt


def test_a_folder_is_whole_once_every_rank_has_written_its_part(tmp_path: Path) -> None:
    folder = written(tmp_path / "checkpoint-4")
    with being_saved(folder, str(tmp_path), "run", 0):
        with being_saved(folder, str(tmp_path), "run", 1):
            pass
        assert is_cut_short(folder)
    assert not is_cut_short(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-4"]


def test_what_was_cut_short_is_removed_by_its_own_run_only(tmp_path: Path) -> None:
    own, other, whole = (written(tmp_path / f"checkpoint-{number}") for number in (1, 2, 3))
    leave(own, tmp_path, rank=1)
    leave(other, tmp_path, run="another run")
    assert remove_cut_short(str(tmp_path), "run") == [own]
    assert sorted(tmp_path.glob("checkpoint-*")) == [Path(other), Path(whole)]
    assert is_cut_short(other) and not is_cut_short(own)


def test_a_mark_may_lie_above_folders_that_somebody_counts(tmp_path: Path) -> None:
    folder = written(tmp_path / "checkpoints" / "checkpoint_0")
    leave(folder, tmp_path)
    assert is_cut_short(folder)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["checkpoint_0"]


def test_a_mark_that_was_cut_short_itself_speaks_of_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "checkpoint-4")
    (tmp_path / "_saving-0-checkpoint-4").write_text('{"run": "r')
    assert not is_cut_short(folder)
    assert remove_cut_short(str(tmp_path), "run") == []


def test_a_run_knows_where_its_attempts_have_saved(tmp_path: Path) -> None:
    assert unfinished.places(LOCAL, str(tmp_path)) == []
    for place in ("a", "b", "a"):
        unfinished.remember_place(LOCAL, str(tmp_path), f"/{place}")
    assert unfinished.places(LOCAL, str(tmp_path)) == ["/a", "/b"]
