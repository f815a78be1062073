"""Scripts that shard with DeepSpeed train on Ray's CPU workers as under `accelerate launch`, and go on after a death, with ZeRO 1, 2 and 3."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.fs
import pytest
import torch
from tests.runtime.stored import Stored

from raylift_runtime.checkpoints import resume
from raylift_runtime.checkpoints.upload import MANIFEST

pytestmark = [
    pytest.mark.slow,
    pytest.mark.ray,
    pytest.mark.skipif(
        importlib.util.find_spec("deepspeed") is None,
        reason="DeepSpeed is not installed (`pip install deepspeed`; at its first use it needs a C++ compiler)",
    ),
]

SCRIPT = Path(__file__).with_name("sharded.py")
TRAININGS = ("config", "plugin", "trainer")
RANKS = (0, 1)
COMPILING = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
"""The path on which DeepSpeed finds what it compiles with: the ninja beside Python."""
# In the Trainer when its checkpoint is written and while it is uploaded, in the loop with a plugin amid an epoch.
DEATHS = {1: "4:1:save", 2: "4:0:upload", 3: "9:1:step"}
CONFIG = """\
compute_environment: LOCAL_MACHINE
distributed_type: DEEPSPEED
deepspeed_config:
  zero_stage: {stage}
  gradient_accumulation_steps: 2
  gradient_clipping: 0.5
  zero3_save_16bit_model: true
mixed_precision: 'no'
num_machines: 1
num_processes: 2
"""


@pytest.fixture(scope="module")
def trained(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where the trainings under `accelerate launch` left their losses and weights, and where those on Ray's workers did, whatever died."""
    launched, on_ray = (configs(tmp_path_factory.mktemp(name)) for name in ("launched", "on_ray"))
    own = {"RAY_ADDRESS": cluster, "RAY_AUTH_MODE": "token", "RAYLIFT_STORAGE_PATH": str(on_ray / "storage")}
    workers = {"py_executable": warm, "env_vars": {"PATH": COMPILING}}
    own["RAY_JOB_CONFIG_JSON_ENV_VAR"] = json.dumps({"runtime_env": workers})
    launch = ["-m", "accelerate.commands.launch", "--config_file", "zero1.yaml", str(SCRIPT)]
    with ThreadPoolExecutor(1) as beside:
        before = beside.submit(run, launched, warm, *launch, OMP_NUM_THREADS="1")
        run(on_ray, warm, str(SCRIPT), "--on-ray", "--deaths", json.dumps(DEATHS), **own)
    before.result()
    for stage, deaths in DEATHS.items():
        assert len(list((on_ray / f"zero{stage}").glob("died-*"))) == len(deaths.split(","))
    return launched, on_ray


@pytest.fixture(scope="module")
def launched(trained: tuple[Path, Path]) -> Path:
    return trained[0]


@pytest.fixture(scope="module")
def on_ray(trained: tuple[Path, Path]) -> Path:
    return trained[1]


def configs(folder: Path) -> Path:
    for stage in DEATHS:
        (folder / f"zero{stage}.yaml").write_text(CONFIG.format(stage=stage))
    return folder


def run(folder: Path, *command: str, **environment: str) -> None:
    """Each rank comes to its end; what becomes of the process afterwards is gloo's affair, which may abort."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
    own = {"PYTHONPATH": os.getcwd(), "PATH": COMPILING, "RAY_USAGE_STATS_ENABLED": "0", **environment}
    ended = subprocess.run(command, cwd=folder, env={**kept, **own}, capture_output=True, text=True, timeout=900)
    for stage in DEATHS:
        assert all((folder / f"zero{stage}/weights-trainer-{rank}.pt").exists() for rank in RANKS), ended.stdout + ended.stderr
        assert f"trainer DeepSpeedEngine {stage}" in ended.stdout


def losses(folder: Path, stage: int, training: str, rank: int) -> set[str]:
    """Every step with its loss; steps that were taken again after a death have but one, if they gave the same."""
    return set((folder / f"zero{stage}/losses-{training}-{rank}").read_text().splitlines())


def weights(folder: Path, stage: int, training: str, rank: int = 0) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(folder / f"zero{stage}/weights-{training}-{rank}.pt")
    return found


def same(these: dict[str, torch.Tensor], those: dict[str, torch.Tensor]) -> bool:
    return these.keys() == those.keys() and all(torch.equal(these[name], those[name]) for name in those)


def stored(folder: Path, stage: int, training: str) -> list[resume.Stored]:
    """The whole checkpoints of a training in the storage, oldest first."""
    found = resume.stored_in(pyarrow.fs.LocalFileSystem(), str(folder / "storage/r"))
    number = (stage - 1) * len(TRAININGS) + TRAININGS.index(training)
    return sorted((each for each in found if each.training == number), key=lambda each: each.step)


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("stage", DEATHS)
def test_losses_and_weights_are_those_of_accelerate_launch_though_workers_were_killed(
    stage: int, training: str, launched: Path, on_ray: Path
) -> None:
    for rank in RANKS:
        expected = losses(launched, stage, training, rank)
        assert len(expected) == (12 if training == "trainer" else 18)
        assert losses(on_ray, stage, training, rank) == expected
        assert same(weights(on_ray, stage, training, rank), weights(launched, stage, training, rank))
    assert losses(launched, stage, training, 0) != losses(launched, stage, training, 1)


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("stage", DEATHS)
def test_zero_to_fp32_makes_the_weights_of_a_stored_checkpoint(stage: int, training: str, on_ray: Path) -> None:
    from deepspeed.utils.zero_to_fp32 import get_fp32_state_dict_from_zero_checkpoint

    last = Path(stored(on_ray, stage, training)[-1].path) / "checkpoint"
    made = get_fp32_state_dict_from_zero_checkpoint(str(last if training == "trainer" else last / "state"))
    assert same({name: made[name] for name in made}, weights(on_ray, stage, training))


@pytest.mark.parametrize("stage", DEATHS)
def test_each_rank_stores_its_own_parts_of_the_optimizer(stage: int, on_ray: Path) -> None:
    for training in TRAININGS:
        whole = stored(on_ray, stage, training)
        assert len(whole) >= 3
        for checkpoint in whole:
            for rank in RANKS:
                own: dict[str, Any] = json.loads((Path(checkpoint.path) / MANIFEST.format(rank)).read_text())
                parts = [file for file in own["files"] if "zero_pp_rank_" in file]
                assert parts and all(f"zero_pp_rank_{rank}_" in file for file in parts)


@pytest.mark.parametrize("stage", DEATHS)
def test_a_group_of_another_size_is_refused_with_the_reason(stage: int, on_ray: Path) -> None:
    for training in TRAININGS:
        with pytest.raises(RuntimeError, match="in parts for 2 ranks, and this group has 1"):
            resume.fitting(stored(on_ray, stage, training)[-1], Stored(world_size=1))
