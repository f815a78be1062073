"""Metrics become plain values, and survive the way through a line of JSON."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
import torch

from raylift_runtime.metrics.report import Report, as_json, from_json, plain_metrics


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        (torch.tensor(2.0, requires_grad=True), 2.0),
        (torch.tensor([1, 2]), [1, 2]),
        ((1, "a", None), [1, "a", None]),
        ({1: np.float64(0.25)}, {"1": 0.25}),
        (object, str(object)),
    ],
)
def test_a_value_becomes_one_that_json_knows(given: object, expected: object) -> None:
    (value,) = plain_metrics({"m": given}).values()
    assert value == expected
    assert type(value) is type(expected)


def test_keys_become_strings() -> None:
    assert plain_metrics({3: 1}) == {"3": 1}


def test_numbers_that_json_lacks_survive() -> None:
    line = from_json(as_json(plain_metrics({"loss": float("nan"), "worst": float("inf"), "step": 1})))
    assert math.isnan(line["loss"])
    assert (line["worst"], line["step"]) == (math.inf, 1)


def test_a_report_is_a_dict_that_carries_its_lines_along() -> None:
    report = pickle.loads(pickle.dumps(Report({"loss": np.float32(1)}, [{"loss": 2.0}, {"loss": 1.0}], since=4)))
    assert report == {"loss": 1.0}
    assert report.logs == [{"loss": 2.0}, {"loss": 1.0}]
    assert report.since == 4


def test_a_report_without_lines_is_its_own_line() -> None:
    assert Report({"loss": 1}).logs == [{"loss": 1}]
