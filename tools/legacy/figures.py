"""What a recorded run came to, in a form that two generations of libraries can be compared by: `figures.py FOLDER`.

`fixtures/scripts/ray_legacy/*/legacy.json` are such figures of the scripts as they were, trained with the libraries of environment.txt:

    python3.11 -m venv old && old/bin/pip install -r tools/legacy/environment.txt && old/bin/pip install "setuptools<70"
    old/bin/python tools/legacy/record.py fixtures/scripts/ray_legacy/trainer_epochs/before.py FOLDER
    python tools/legacy/figures.py FOLDER > fixtures/scripts/ray_legacy/trainer_epochs/legacy.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ADDED_BY_RAY = frozenset({
    "checkpoint_dir_name", "config", "date", "done", "experiment_id", "experiment_tag", "hostname", "iterations_since_restore", "node_ip",
    "pid", "should_checkpoint", "time_since_restore", "time_this_iter_s", "time_total_s", "timestamp", "training_iteration", "trial_id",
})  # fmt: skip


def figures(folder: Path) -> dict[str, Any]:
    """The runs of a folder that `record.py` wrote.

    Which rank gets which part of the data is up to Ray Data: ranks are in the order of the first rows that they trained on.
    """
    ranks = [[json.loads(line) for line in path.read_text().splitlines()] for path in sorted(folder.glob("rank-*.jsonl"))]
    ranks.sort(key=lambda batches: batches[0].get("rows", []))
    result = json.loads((folder / "result.json").read_text())
    metrics = result["metrics"] or {}
    return {
        "losses": [[batch["loss"] for batch in batches if batch["kind"] == "train"] for batches in ranks],
        "trained": [[batch["rows"] for batch in batches if batch["kind"] == "train" and "rows" in batch] for batches in ranks],
        "evaluated": [sorted(batches) for batches in zip(*map(evaluations, ranks), strict=True)],
        "reported": sorted({key for report in result["reports"] for key in report if "/" not in key} - ADDED_BY_RAY),
        "final": {key: value for key, value in sorted(metrics.items()) if key not in ADDED_BY_RAY and not _is_a_time(key)},
        "checkpoint": sorted(result["checkpoint"]),
    }


def evaluations(batches: list[dict[str, Any]]) -> list[list[Any]]:
    """The batches that one rank evaluated, in order: their rows and their loss."""
    return [[batch["rows"], batch["loss"]] for batch in batches if batch["kind"] == "evaluate"]


def _is_a_time(key: str) -> bool:
    return key.endswith(("_runtime", "_per_second"))


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1])), indent=1))
