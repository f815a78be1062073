"""Scripts of Ray 2.7 train today, lifted, to the figures that they had then."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.fidelity.local_cluster import local_cluster
from tests.shapes import ROOT, SCRIPTS, outcome_of, shapes_of
from tools.legacy.figures import figures

from raylift.outcome import Rewritten
from raylift.settings import Settings

RECORD = ROOT / "tools/legacy/record.py"
RUNNABLE = shapes_of("ray_legacy")
COMPARED = [shape for shape in RUNNABLE if SCRIPTS[shape].with_name("legacy.json").exists()]
UNEVEN = "ray_legacy/trainer_15_rows"
RESUMED = "ray_legacy/trainer_resumed"
TIMEOUT_S = 180


CPUS = 8  # those of the recorded trainings: Ray Data's tasks need some beside the two workers


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with local_cluster(CPUS) as address:
        yield address


def trained(name: str, folder: Path, cluster: str, warm: str) -> dict[str, Any]:
    """Lift a fixture with every module beside it, train it on two local workers, and read what came of it."""
    return figures(run(name, folder, cluster, warm))


def run(name: str, folder: Path, cluster: str, warm: str, runtime: Literal["raylift", "ray"] = "raylift") -> Path:
    for path in sorted(SCRIPTS[name].parent.glob("*")):
        if path.suffix == ".py" and not path.name.startswith("after"):
            outcome = outcome_of(path, Settings(runtime=runtime))
            code = outcome.code if isinstance(outcome, Rewritten) else path.read_bytes()
            (folder / path.name).write_bytes(code)
        elif path.suffix == ".yaml":
            (folder / path.name).write_bytes(path.read_bytes())
    record = folder / "record"
    command = [warm, str(RECORD), str(folder / "before.py"), str(record)]
    settings = {
        "RAY_ADDRESS": cluster,
        "RAY_AUTH_MODE": "token",
        "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps({"runtime_env": {"env_vars": {"RECORD": str(record)}, "py_executable": warm}}),
    }
    environment = {**os.environ, **settings}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    return record


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in COMPARED if name != UNEVEN])
def test_a_lifted_script_reproduces_what_it_came_to_under_ray_2_7(name: str, tmp_path: Path, cluster: str, warm: str) -> None:
    before = json.loads(SCRIPTS[name].with_name("legacy.json").read_text())
    after = trained(name, tmp_path, cluster, warm)
    assert after["trained"] == before["trained"]
    for old, new in zip(before["losses"], after["losses"], strict=True):
        assert new == pytest.approx(old, abs=1e-5)
    for (old_rows, old_loss), (rows, loss) in zip(chain(*before["evaluated"]), chain(*after["evaluated"]), strict=True):
        assert (rows, loss) == (old_rows, pytest.approx(old_loss, abs=1e-5))
    assert set(before["reported"]) <= set(after["reported"])
    for key in ("epoch", "step"):
        assert after["final"].get(key) == before["final"].get(key)
    # The eval_loss of transformers 4.28 is the mean over the first half of the rows: it took a shard's length for the data's.
    assert after["final"].get("train_loss") == pytest.approx(before["final"].get("train_loss"), abs=1e-5)
    assert checkpoint(after["checkpoint"]) == checkpoint(before["checkpoint"])


def checkpoint(files: list[str]) -> set[str]:
    """The files of a checkpoint under the names that they had at first: weights have another format, and all another folder."""
    inside = {file.removeprefix("checkpoint/") for file in files if not file.startswith("manifest-")}
    return {"pytorch_model.bin" if file == "model.safetensors" else file for file in inside}


@pytest.mark.ray
@pytest.mark.slow
def test_rows_that_do_not_divide_are_trained_as_before_and_all_evaluated(tmp_path: Path, cluster: str, warm: str) -> None:
    before = json.loads(SCRIPTS[UNEVEN].with_name("legacy.json").read_text())
    after = trained(UNEVEN, tmp_path, cluster, warm)
    for each in (before, after):
        shards = [set(chain(*batches)) for batches in each["trained"]]
        assert [len(shard) for shard in shards] == [7, 7]
        assert not shards[0] & shards[1]
        assert [len(batch) for batch in each["trained"][0]] == [4] * 5
        assert each["trained"][0][1][3] == each["trained"][0][0][0]  # the last batch is filled with the first rows
    old_rows, new_rows = ([row for rows, _ in chain(*each["evaluated"]) for row in rows] for each in (before, after))
    assert len(set(old_rows)) == 8  # Ray 2.7 split the data twice, and lost half of it
    assert set(new_rows) == set(range(100, 115))
    evaluations, filled_up = 3, 16
    assert len(new_rows) == evaluations * filled_up


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RUNNABLE if name not in (*COMPARED, RESUMED)])
def test_a_lifted_script_runs_to_its_end(name: str, tmp_path: Path, cluster: str, warm: str) -> None:
    result = json.loads((run(name, tmp_path, cluster, warm) / "result.json").read_text())
    assert result["metrics"]["loss"] > 0
    assert result["checkpoint"]


@pytest.mark.ray
@pytest.mark.slow
def test_a_checkpoint_to_start_from_is_started_from(tmp_path: Path, cluster: str, warm: str) -> None:
    result = json.loads((run(RESUMED, tmp_path, cluster, warm) / "result.json").read_text())
    assert [report["step"] for report in result["reports"] if "loss" in report] == [3, 4]


@pytest.mark.ray
@pytest.mark.slow
def test_the_guides_script_runs_on_stock_ray_as_well(tmp_path: Path, cluster: str, warm: str) -> None:
    result = json.loads((run_on_stock_ray("ray_legacy/trainer_guide", tmp_path, cluster, warm) / "result.json").read_text())
    assert result["metrics"]["step"] == 4
    assert "checkpoint/model.safetensors" in result["checkpoint"]


CUT_SHORT = re.compile(r"is not a valid JSON file|SafetensorError|EOFError|invalid load key")
"""What reading a file says that two ranks of stock Ray have uploaded at once."""


def run_on_stock_ray(name: str, folder: Path, cluster: str, warm: str, attempts: int = 3) -> Path:
    """A run whose checkpoint can be read: both ranks of stock Ray upload the same files, and at times one is cut short."""
    for attempt in range(attempts):
        here = folder / str(attempt)
        here.mkdir()
        try:
            return run(name, here, cluster, warm, "ray")
        except AssertionError as failed:
            if not CUT_SHORT.search(str(failed)) or attempt == attempts - 1:
                raise
    raise ValueError(f"{attempts} attempts are none")


def test_every_kind_of_legacy_training_is_compared() -> None:
    assert len([name for name in COMPARED if name.startswith("ray_legacy/trainer")]) >= 3
    assert len([name for name in COMPARED if name.startswith("ray_legacy/accelerate")]) >= 2
