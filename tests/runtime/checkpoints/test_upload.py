"""Each file of a checkpoint is uploaded once, by the rank that owns it, and the whole is complete or not one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow.fs
import pytest
from fsspec.implementations.local import LocalFileSystem

from raylift_runtime.checkpoints import upload as checkpoints
from raylift_runtime.checkpoints.resume import described, stored_in
from raylift_runtime.checkpoints.source import Source
from raylift_runtime.checkpoints.upload import owned, rank_in, store
from raylift_runtime.storage import files as storage
from raylift_runtime.storage.files import LINK_FROM
from raylift_runtime.worker.session import Session

LOCAL = pyarrow.fs.LocalFileSystem()


def ranks(nodes: int, per_node: int) -> Iterator[Session]:
    for rank in range(nodes * per_node):
        yield Session(rank, nodes * per_node, rank % per_node, per_node, rank // per_node)


def written(folder: Path, *files: str) -> Path:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(file)
    return folder


@pytest.mark.parametrize(
    ("file", "rank"),
    [
        ("rng_state_3.pth", 3),
        ("rng_state.pth", None),
        ("optimizer_0/__12_0.distcp", 12),
        ("global_step4/zero_pp_rank_1_mp_rank_00_optim_states.pt", 1),
        ("global_step4/bf16_zero_pp_rank_2_mp_rank_00_optim_states.pt", 2),
        ("rank1-of-4-optimizer.pt", 1),
        ("model-00001-of-00002.safetensors", None),
        ("optimizer.pt", None),
        ("trainer_state.json", None),
    ],
)
def test_the_rank_of_a_shard_is_in_its_name(file: str, rank: int | None) -> None:
    assert rank_in(file) == rank


def test_on_one_node_every_file_has_one_owner() -> None:
    files = ["model.safetensors", "optimizer.pt", *(f"rng_state_{rank}.pth" for rank in range(4))]
    shares = [owned(files, session, False) for session in ranks(1, 4)]
    assert sorted(chain(*shares)) == sorted(files)
    assert shares[2] == ["rng_state_2.pth"]


def test_a_shard_of_a_rank_that_sees_no_file_of_it_is_uploaded_where_it_lies() -> None:
    (node_0, *_), (node_1, *_) = list(ranks(2, 2))[:2], list(ranks(2, 2))[2:]
    assert owned(["__3_0.distcp"], node_0, False) == ["__3_0.distcp"]
    assert owned(["__0_0.distcp"], node_1, False) == ["__0_0.distcp"]


def test_whole_copies_on_each_node_are_uploaded_from_the_first() -> None:
    sessions = list(ranks(2, 2))
    assert [owned(["model.safetensors"], session, True) for session in sessions] == [["model.safetensors"], [], [], []]


def test_a_checkpoint_is_whole_with_the_lists_of_all_ranks_only(tmp_path: Path) -> None:
    source = Source(str(written(tmp_path / "checkpoint-6", "a.json", "sub/b.json", "rng_state_1.pth")), 6)
    target = f"{tmp_path}/run/checkpoint_x"
    first, second = ranks(1, 2)
    store(first, source, LOCAL, target)
    assert described(LOCAL, target) is None
    store(second, source, LOCAL, target)
    found = described(LOCAL, target)
    assert found is not None and (found.step, found.world_size) == (6, 2)
    assert stored_in(LOCAL, f"{tmp_path}/run") == [found]


@pytest.mark.parametrize("damage", ["cut", "remove"])
def test_a_checkpoint_with_a_damaged_file_is_not_whole(tmp_path: Path, damage: str) -> None:
    source = Source(str(written(tmp_path / "checkpoint-6", "model.safetensors")), 6)
    (session,) = ranks(1, 1)
    store(session, source, LOCAL, f"{tmp_path}/run/x")
    stored = tmp_path / "run/x/checkpoint/model.safetensors"
    stored.write_text("half") if damage == "cut" else stored.unlink()
    assert described(LOCAL, f"{tmp_path}/run/x") is None


def test_big_files_get_a_second_name_and_small_ones_are_copied(tmp_path: Path) -> None:
    folder = written(tmp_path / "c", "small.json")
    (folder / "big.safetensors").write_bytes(bytes(LINK_FROM))
    (session,) = ranks(1, 1)
    store(session, Source(str(folder), 1, may_link=True), LOCAL, f"{tmp_path}/run/x")
    names = {path.name: path.stat().st_nlink for path in (tmp_path / "run/x/checkpoint").iterdir()}
    assert names == {"small.json": 1, "big.safetensors": 2}


def test_files_that_may_be_overwritten_are_copied(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "big.safetensors").write_bytes(bytes(LINK_FROM))
    (session,) = ranks(1, 1)
    store(session, Source(str(folder), 1), LOCAL, f"{tmp_path}/run/x")
    (folder / "big.safetensors").write_bytes(b"other")
    assert (tmp_path / "run/x/checkpoint/big.safetensors").stat().st_size == LINK_FROM


def test_a_storage_that_fails_once_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, calls = pyarrow.fs.copy_files, []

    def fail_once(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise OSError("storage is away")
        copy(*arguments, **options)

    monkeypatch.setattr(storage.pyarrow.fs, "copy_files", fail_once)
    monkeypatch.setattr(storage.time, "sleep", lambda _: None)
    (session,) = ranks(1, 1)
    store(session, Source(str(written(tmp_path / "c", "a")), 1), LOCAL, f"{tmp_path}/run/x")
    assert described(LOCAL, f"{tmp_path}/run/x") is not None


def test_what_an_earlier_run_left_is_removed_before_a_checkpoint_is_written(tmp_path: Path) -> None:
    folder = written(tmp_path / "checkpoint-4", "optimizer.pt", "of_another_run.bin")
    (session,) = ranks(1, 1)
    checkpoints.clear(session, str(folder))
    assert not folder.exists()


def test_an_upload_in_the_background_outlives_the_trainer_s_folder(tmp_path: Path) -> None:
    folder = written(tmp_path / "checkpoint-2", "small.json", "rng_state_0.pth")
    (folder / "big.safetensors").write_bytes(bytes(LINK_FROM))

    class Alone(Session):
        def barrier(self) -> None: ...

    session = Alone(0, 1, 0, 1, 0)
    held = checkpoints.held_for_upload(session, Source(str(folder), 2, may_link=True))
    assert (Path(held.folder) / "big.safetensors").stat().st_nlink == 2
    assert list(tmp_path.glob("checkpoint-*")) == [folder]  # which is how a Trainer looks for those to remove
    checkpoints.clear(session, str(folder))
    store(session, held, LOCAL, f"{tmp_path}/run/x")
    found = described(LOCAL, f"{tmp_path}/run/x")
    assert found is not None and set(found.files) == {"small.json", "rng_state_0.pth", "big.safetensors"}


def test_a_checkpoint_that_cannot_be_written_is_an_error_that_names_it_and_the_room_left(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    (session,) = ranks(1, 1)
    source = Source(str(written(tmp_path / "c", "a")), 7)
    with (
        pytest.raises(RuntimeError, match=rf"checkpoint of step 7 could not be written to {tmp_path}/run/x \([\d,]+ MB are free"),
        storage.failures_named(7, f"{tmp_path}/run/x"),
    ):
        store(session, source, LOCAL, f"{tmp_path}/run/x")


def test_a_file_that_has_its_second_name_already_is_not_copied_over_itself(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(LINK_FROM))
    for _ in range(2):
        storage.put(str(tmp_path / "big"), LOCAL, f"{tmp_path}/run/big", may_link=True)
    assert (tmp_path / "big").stat().st_size == LINK_FROM


class Counted(pyarrow.fs.FSSpecHandler):  # type: ignore[misc]  # pyarrow ships no types
    """A storage that counts the folders that it is asked to make; a `bucket` needs none, other storages refuse files without one."""

    def __init__(self, is_bucket: bool) -> None:
        super().__init__(LocalFileSystem(auto_mkdir=is_bucket))
        self.folders: list[str] = []

    def create_dir(self, path: str, recursive: bool) -> None:
        self.folders.append(path)
        super().create_dir(path, recursive)


@pytest.mark.parametrize(("is_bucket", "requests"), [(True, 0), (False, 1)])
def test_a_checkpoint_costs_a_bucket_no_folder_and_other_storages_one(is_bucket: bool, requests: int, tmp_path: Path) -> None:
    names = [*(f"model-{part}.safetensors" for part in range(4)), *(f"rng_state_{rank}.pth" for rank in range(8))]
    source, counted = Source(str(written(tmp_path / "checkpoint-4", *names)), 4), Counted(is_bucket)
    for session in ranks(1, 8):
        store(session, source, pyarrow.fs.PyFileSystem(counted), f"{tmp_path}/run/x")
    assert len(counted.folders) == requests
    found = described(LOCAL, f"{tmp_path}/run/x")
    assert found is not None and sorted(found.files) == names
