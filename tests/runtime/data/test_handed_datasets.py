"""Datasets by name, as a worker asks for them."""

from __future__ import annotations

import json

import pytest
from tests.runtime.iterates import Iterates, sentences

from raylift_runtime.data import get_dataset_shard
from raylift_runtime.data.row_counts import ROWS
from raylift_runtime.data.shard import Shard


def test_a_dataset_that_was_not_given_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray.train

    given = {"train": Iterates(sentences(3))}
    monkeypatch.setattr(ray.train, "get_dataset_shard", given.__getitem__)
    monkeypatch.setenv(ROWS, json.dumps({"train": 3}))
    assert get_dataset_shard("evaluation") is None
    train = get_dataset_shard("train")
    assert isinstance(train, Shard) and (len(train), len(list(train))) == (3, 3)
