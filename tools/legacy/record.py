"""Runs a script that trains with Ray, of any generation, and writes down what came of it: `record.py SCRIPT FOLDER`.

FOLDER receives the script's own `rank-N.jsonl` and `result.json`: the reported metrics and the files of the final checkpoint.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from typing import Any


def main(script: str, folder: str) -> None:
    """Runs the script as a program, with `RECORD` naming the folder."""
    os.makedirs(folder, exist_ok=True)
    os.environ["RECORD"] = os.path.abspath(folder)
    if "RAY_ADDRESS" in os.environ:
        join_cluster()
    for trainer_class in trainer_classes():
        keep_result(trainer_class, os.path.join(folder, "result.json"))
    sys.argv[:] = [script]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


def join_cluster() -> None:
    """Lets the script's own `ray.init`, which may say how large its cluster shall be, join the one that is there."""
    import ray

    init = ray.init

    def join(**said: Any) -> Any:
        said.pop("num_cpus", None)
        return init(**said)

    ray.init = join


def trainer_classes() -> list[type]:
    """Ray's own trainer, of which the legacy trainers are subclasses, and the runtime's where it is installed."""
    from ray.train.torch import TorchTrainer as OfRay

    try:
        from raylift_runtime.torch import TorchTrainer
    except ImportError:
        return [OfRay]
    return [OfRay, TorchTrainer]


def keep_result(trainer_class: Any, path: str) -> None:
    """Makes `fit` write down what it returns."""
    fit = trainer_class.fit

    def fit_and_tell(self: Any) -> Any:
        result = fit(self)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(told(result), file, default=str)
        return result

    trainer_class.fit = fit_and_tell


def told(result: Any) -> dict[str, Any]:
    """A result's metrics, its reports, and the files of its checkpoint with their sizes."""
    frame = result.metrics_dataframe
    reports = [] if frame is None else [json.loads(row) for row in frame.to_json(orient="records", lines=True).splitlines()]
    files: list[str] = []
    if result.checkpoint is not None:
        with result.checkpoint.as_directory() as folder:
            files = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
    kept = [{key: value for key, value in report.items() if value is not None} for report in reports]
    return {"metrics": result.metrics, "reports": kept, "checkpoint": files}


if __name__ == "__main__":
    main(*sys.argv[1:3])
