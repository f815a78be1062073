"""Metrics on their way from a worker to the run's results: plain values, one report, one line each in `metrics.jsonl`."""

from __future__ import annotations

import json
import math
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Report(dict[str, Any]):
    """What one call of `ray.train.report` carries: the metrics, and in `logs` every line that they sum up.

    A dict for everybody else, so callbacks and Ray itself see ordinary metrics; the lines travel as an attribute. `training` is
    the number of the training in the script, and `since`, in the first report of one, the step at which it began or continued.
    """

    def __init__(
        self,
        metrics: Mapping[str, Any],
        logs: Iterable[Mapping[str, Any]] | None = None,
        since: int | None = None,
        training: int = 0,
    ) -> None:
        super().__init__(plain_metrics(metrics))
        self.logs = [dict(self)] if logs is None else [plain_metrics(line) for line in logs]
        self.since, self.training = since, training


def plain_metrics(metrics: Mapping[Any, Any]) -> dict[str, Any]:
    """The same metrics as values that JSON knows: tensors and arrays become numbers or lists, keys become strings."""
    return {str(key): plain(value) for key, value in metrics.items()}


def plain(value: Any) -> Any:
    """A value that JSON knows for one that it may not know; NaN and infinities stay what they are."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, dict):
        return plain_metrics(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if callable(getattr(value, "tolist", None)):  # numpy's and torch's scalars, arrays and tensors
        return plain(_on_cpu(value).tolist())
    return str(value)


def _on_cpu(value: Any) -> Any:
    return value.detach().cpu() if hasattr(value, "detach") else value


def as_json(line: Mapping[str, Any]) -> str:
    """One line of `metrics.jsonl`: strict JSON, so a number that JSON lacks is written as its name."""
    try:
        return json.dumps(line, allow_nan=False)
    except ValueError:
        return json.dumps(_spelled(line))


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def from_json(text: str) -> dict[str, Any]:
    """The metrics of one line, with the numbers that JSON lacks read back."""
    line: dict[str, Any] = json.loads(text)
    return {key: float(value) if value in ("nan", "inf", "-inf") else value for key, value in line.items()}
