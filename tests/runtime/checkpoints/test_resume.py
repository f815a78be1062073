"""Training goes on from the newest whole checkpoint of its run, and from nothing else."""

from __future__ import annotations

import dataclasses
import json
import pickle
import random
from pathlib import Path
from typing import Any

import numpy
import pyarrow.fs
import pytest
import torch
from ray.train import Checkpoint
from tests.since import needs

from raylift_runtime.checkpoints import random_states, resume
from raylift_runtime.checkpoints.source import Source
from raylift_runtime.checkpoints.upload import FOLDER, store
from raylift_runtime.storage import files as storage
from raylift_runtime.worker.session import Session

LOCAL = pyarrow.fs.LocalFileSystem()


@dataclasses.dataclass(frozen=True)
class FakeSession(Session):
    """A lone worker whose run lies in `run`, and whose newest committed checkpoint is `committed`."""

    run: str = ""
    committed: str | None = None

    def run_folder(self) -> tuple[Any, str]:
        return LOCAL, self.run

    def checkpoint(self) -> Checkpoint | None:
        return Checkpoint(self.committed, LOCAL) if self.committed else None

    def from_rank_zero(self, value: Any) -> Any:
        return value


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    return FakeSession(0, 1, 0, 1, 0, run=str(tmp_path / "run"))


STATE = ("optimizer.pt", "scheduler.pt", "rng_state.pth")


def stored(session: FakeSession, tmp_path: Path, step: int, training: int = 0, **state: Any) -> str:
    folder = tmp_path / "out" / f"checkpoint-{step}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step, **state}))
    for name in (*STATE, "model.safetensors"):
        (folder / name).write_text("")
    target = f"{session.run}/checkpoint_{training}_{step}"
    store(session, Source(str(folder), step, training), LOCAL, target)
    return target


def start(session: FakeSession, chosen: Any = None, training: int = 0) -> Any:
    with resume.newest(session, training, "out", chosen) as found:
        return found.start


def test_a_new_run_starts_where_the_script_says(session: FakeSession) -> None:
    assert start(session, "mine") == "mine"


def test_the_newest_committed_checkpoint_goes_before_the_script_s_choice(session: FakeSession, tmp_path: Path) -> None:
    path = stored(session, tmp_path, 4)
    assert start(dataclasses.replace(session, committed=path), "mine") == f"{path}/{FOLDER}"


def test_a_checkpoint_cut_by_hand_is_passed_over_for_the_one_before(
    session: FakeSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, newest = (stored(session, tmp_path, step) for step in (2, 4))
    (Path(newest) / FOLDER / "trainer_state.json").write_text("{")
    assert start(dataclasses.replace(session, committed=newest)) == f"{before}/{FOLDER}"
    assert f"{newest} is not whole" in caplog.text


def test_a_storage_that_does_not_answer_is_no_reason_to_begin_anew(
    session: FakeSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(pyarrow.fs.LocalFileSystem):
        def open_input_stream(self, path: str) -> Any:
            raise OSError("the storage is away")

    path = stored(session, tmp_path, 4)
    monkeypatch.setattr(storage.time, "sleep", lambda _: None)
    with pytest.raises(OSError, match="the storage is away"):
        resume.described(Away(), path)


def test_each_training_of_a_script_continues_its_own_checkpoint(session: FakeSession, tmp_path: Path) -> None:
    first, second = stored(session, tmp_path, 8, 0), stored(session, tmp_path, 2, 1)
    session = dataclasses.replace(session, committed=second)
    assert start(session, training=0) == f"{first}/{FOLDER}"
    assert start(session, training=1) == f"{second}/{FOLDER}"
    assert start(session, training=2) is None


def test_the_best_checkpoint_so_far_is_put_back(session: FakeSession, tmp_path: Path) -> None:
    best = tmp_path / "out" / "checkpoint-2"
    stored(session, tmp_path, 2)
    path = stored(session, tmp_path, 4, best_model_checkpoint=str(best))
    (best / "trainer_state.json").write_text("of another run")
    (best / "left_over").touch()
    start(dataclasses.replace(session, committed=path))
    assert json.loads((best / "trainer_state.json").read_text()) == {"global_step": 2}
    assert not (best / "left_over").exists()


@pytest.mark.parametrize(
    ("missing", "told"), [("optimizer.pt", "optimizer"), ("scheduler.pt", "schedule"), ("rng_state.pth", "random states")]
)
def test_a_checkpoint_that_lacks_part_of_the_state_is_passed_over(
    missing: str, told: str, session: FakeSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, newest = stored(session, tmp_path, 2), f"{session.run}/checkpoint_0_4"
    (tmp_path / "out/checkpoint-2" / missing).unlink()
    store(session, Source(str(tmp_path / "out/checkpoint-2"), 4), LOCAL, newest)
    assert start(dataclasses.replace(session, committed=newest)) == f"{before}/{FOLDER}"
    assert f"does not go on from {newest}: it holds no {told}." in caplog.text


def test_shards_of_deepspeed_and_fsdp_hold_all_of_the_state() -> None:
    shards = ("global_step4/zero_pp_rank_0_mp_rank_00_optim_states.pt", "global_step4/mp_rank_00_model_states.pt")
    assert resume.Stored("p", 4, 0, 1, (*shards, "rng_state_0.pth")).lacks(finds_place=True) == []
    assert resume.Stored("p", 4, 0, 1, ("optimizer_0/__0_0.distcp", "scheduler.pt", "rng_state_0.pth")).lacks(True) == []


def test_a_place_in_a_stream_that_was_passed_before_is_lost_on_a_trainer_that_cannot_be_told_it() -> None:
    passed = resume.Stored("p", 4, 0, 1, ("optimizer.pt", "scheduler.pt", "rng_state.pth"), passes=1)
    assert passed.lacks(finds_place=False) == ["place in the stream"]
    assert dataclasses.replace(passed, passes=0).lacks(finds_place=False) == passed.lacks(finds_place=True) == []


def test_a_group_of_another_size_goes_on_and_is_told_what_changes(
    session: FakeSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = stored(session, tmp_path, 4)
    found = resume.described(LOCAL, path)
    assert found is not None
    resume.fitting(dataclasses.replace(found, world_size=2), session)
    assert "written by 2 ranks, and this group has 1" in caplog.text


def test_state_that_is_split_for_another_size_is_refused(session: FakeSession) -> None:
    files = ("global_step4/zero_pp_rank_0_mp_rank_00_optim_states.pt",)
    with pytest.raises(RuntimeError, match="Train with 4 workers"):
        resume.fitting(resume.Stored("p", 4, 0, 4, files), session)


@needs("torch", "2.6", "it reads everything unasked")
def test_random_states_are_read_only_where_they_are_vouched_for(tmp_path: Path) -> None:
    state = numpy.random.get_state()
    torch.save({"python": random.getstate(), "numpy": state}, tmp_path / "states.pth")
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / "states.pth")
    with random_states.readable():
        read = torch.load(tmp_path / "states.pth")
    assert read["python"] == random.getstate()
    assert read["numpy"][1].tolist() == state[1].tolist()
