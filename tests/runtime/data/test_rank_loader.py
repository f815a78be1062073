"""A loader of what was handed over, before and after Accelerate takes it: in this process, with stand-ins for Ray."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from accelerate import Accelerator
from tests.runtime.data.test_block_rows import Stored, made
from torch.utils.data import Dataset

from raylift_runtime.data import blocks as in_blocks
from raylift_runtime.data import data_loader, get_dataset_shard, rank_loader
from raylift_runtime.data.rank_loader import RankLoader, shares_batches
from raylift_runtime.worker import handed_over
from raylift_runtime.worker.session import Session


class OfTwo(Session):
    """A worker of two that needs nobody's answer."""

    def from_rank_zero(self, value: Any) -> Any:
        return value


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    monkeypatch.setattr(ray, "get", lambda stored: stored.table)
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 100)
    monkeypatch.setattr(rank_loader, "current", lambda: OfTwo(1, 2, 1, 2, 0))
    monkeypatch.setattr(Accelerator, "prepare_data_loader", Accelerator.prepare_data_loader)  # put back at the end
    for name, rows in (("train", 21), ("none", 0)):
        tables = list(in_blocks._tables(made(rows)))
        monkeypatch.setitem(
            handed_over.datasets,
            name,
            in_blocks.Blocks(tuple(map(Stored, tables)), tuple(table.num_rows for table in tables)),
        )


def texts(rows: list[dict[str, Any]]) -> list[str]:
    return [row["text"] for row in rows]


def test_it_is_as_long_as_any_loader_until_it_is_split() -> None:
    loader = data_loader("train", batch_size=4, shuffle=True, collate_fn=texts)
    assert (len(loader), len(loader.dataset)) == (6, 21)
    assert sorted(itertools.chain(*loader)) == sorted(f"row {row}" for row in range(21))
    accelerator = Accelerator(cpu=True)
    prepared = accelerator.prepare(loader)
    assert (type(prepared), len(prepared), len(prepared.dataset)) == (RankLoader, 3, 21)
    assert [len(batch) for batch in prepared] == [4, 4, 2]  # ten rows of this rank, which were eleven on the other
    assert accelerator._dataloaders == [prepared]
    assert accelerator.prepare(prepared) is prepared


def test_what_is_not_shuffled_is_split_by_accelerate_itself() -> None:
    prepared = Accelerator(cpu=True).prepare(data_loader("train", batch_size=4, collate_fn=texts, drop_last=True))
    assert not isinstance(prepared, RankLoader)
    assert list(itertools.chain(*prepared)) == [f"row {row}" for row in range(20)]


def test_a_loader_of_the_script_s_own_is_prepared_as_ever() -> None:
    data_loader("train", shuffle=True)
    prepared = Accelerator(cpu=True).prepare(rank_loader.DataLoader(range(6), batch_size=2, shuffle=True))
    assert not isinstance(prepared, RankLoader)
    assert sorted(number for batch in prepared for number in batch.tolist()) == list(range(6))


def test_batches_for_all_ranks_are_shared_out_where_the_accelerator_says_so() -> None:
    accelerator = Accelerator(cpu=True)
    accelerator.dataloader_config.split_batches = True
    prepared = accelerator.prepare(data_loader("train", batch_size=4, shuffle=True, collate_fn=texts, drop_last=True))
    assert [len(batch) for batch in prepared] == [2] * 5


def test_nothing_to_shuffle_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="'none' has no rows"):
        data_loader("none", shuffle=True)
    assert list(data_loader("none")) == []


def test_a_name_that_nobody_handed_over_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_loader, "get_dataset_shard", lambda name: None)
    with pytest.raises(KeyError, match="'test' was handed over"):
        data_loader("test")


class Wrapped(Dataset[str]):  # type: ignore[misc]  # mypy does not follow torch here
    """A torch Dataset as a script has it, around what it was given."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> str:
        return f"wrapped {self.rows[index]['text']}"


def test_what_a_class_of_the_script_wraps_is_split_as_the_rows_themselves() -> None:
    accelerator = Accelerator(cpu=True)
    plain = accelerator.prepare(data_loader("train", batch_size=4, shuffle=True, collate_fn=texts))
    wrapped = accelerator.prepare(data_loader(Wrapped(get_dataset_shard("train")), batch_size=4, shuffle=True, collate_fn=list))
    assert type(wrapped) is RankLoader
    assert [[f"wrapped {text}" for text in batch] for batch in plain] == list(wrapped)


def test_rows_that_ranks_share_are_split_by_accelerate_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator, shared = Accelerator(cpu=True), SimpleNamespace(non_data_parallel_size=2)
    monkeypatch.setattr(Accelerator, "parallelism_config", shared, raising=False)
    assert shares_batches(accelerator)
    monkeypatch.setattr(Accelerator, "parallelism_config", SimpleNamespace(non_data_parallel_size=1), raising=False)
    assert not shares_batches(accelerator)
    monkeypatch.setattr(Accelerator, "parallelism_config", None, raising=False)
    assert not shares_batches(accelerator)
