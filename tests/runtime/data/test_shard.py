"""Rows that Ray streams: how long they are, and what becomes of their values."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from tests.runtime.iterates import shard

from raylift_runtime.data.shard import PlainRows, as_tensor


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (3, torch.int64, ()),
        (numpy.uint8(3), torch.int64, ()),
        (1.5, torch.float32, ()),
        (True, torch.bool, ()),
        ([1, 2], torch.int64, (2,)),
        (numpy.array([[1.0, 2.0]]), torch.float32, (1, 2)),
        (numpy.array([numpy.array([1, 2]), numpy.array([3, 4])], dtype=object), torch.int64, (2, 2)),
    ],
)
def test_numbers_become_tensors(value: Any, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = as_tensor(value)
    assert (tensor.dtype, tuple(tensor.shape)) == (dtype, shape)


def test_lists_of_different_lengths_become_lists_of_tensors() -> None:
    assert [part.tolist() for part in as_tensor([[1], [2, 3]])] == [[1], [2, 3]]


@pytest.mark.parametrize("value", ["text", b"bytes", None, {"a": 1}])
def test_what_is_no_number_stays(value: Any) -> None:
    assert as_tensor(value) is value
    assert as_tensor(["a", "b"]) == ["a", "b"]


def test_a_shard_is_as_long_as_its_part() -> None:
    assert len(shard(7, parts=2)) == 7
    assert len(shard(5)) == 5


def test_a_stream_has_no_length_and_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="it is a stream"):
        len(shard(7, total=None))


def test_plain_rows_are_as_python_has_them() -> None:
    (row,) = PlainRows(shard(1))
    assert row == {"input_ids": [0] * 8, "labels": 0}
    assert len(PlainRows(shard(5))) == 5
