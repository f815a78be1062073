"""A group of one to two workers loses the node of one: it takes a checkpoint before, and goes on alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import ray.train

pytestmark = [
    pytest.mark.slow,
    pytest.mark.ray,
    pytest.mark.skipif(
        not hasattr(ray.train, "get_preemption_info"), reason="ray before 2.58: it announces no node that goes away"
    ),
]

STEPS = 60
TWO_NODES = """
import sys, time
from ray._raylet import GcsClient
from ray.cluster_utils import Cluster
from ray.core.generated import autoscaler_pb2

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0, "include_dashboard": False})
other = cluster.add_node(num_cpus=1, num_gpus=0)
print("address", cluster.address, flush=True)
sys.stdin.readline()
reason = autoscaler_pb2.DrainNodeReason.Value("DRAIN_NODE_REASON_PREEMPTION")
in_five_minutes = int(1000 * (time.time() + 300))
GcsClient(address=cluster.address).drain_node(other.node_id, reason, "spot", in_five_minutes)
sys.stdin.readline()
cluster.remove_node(other, allow_graceful=False)
sys.stdin.read()
cluster.shutdown()
"""

# No checkpoint but the one that the announcement asks for.
CODE = f"""
import os, pyarrow.fs, time
from fsspec.implementations.local import LocalFileSystem
from ray.train import FailureConfig, RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny
from transformers import TrainerCallback

class Slow(TrainerCallback):
    def on_step_begin(self, args, state, control, **_):
        if not os.path.exists("lost"):
            time.sleep(0.25 if state.global_step < 20 else 2)

def train_func():
    trainer = tiny.trainer("out", max_steps={STEPS}, save_strategy="no", logging_steps=5)
    trainer.add_callback(Slow())
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()

if __name__ == "__main__":
    shared = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(LocalFileSystem(auto_mkdir=True)))
    run = RunConfig(name="r", storage_filesystem=shared, failure_config=FailureConfig(max_failures=3))
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=(1, 2)), run_config=run).fit()
"""


@dataclass(frozen=True)
class Lost:
    folder: Path
    said: str


def wait_for(what: Callable[[], bool], run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 600
    while not what():
        if run.poll() is not None or time.monotonic() > deadline:
            run.kill()
            pytest.fail(run.communicate()[0])
        time.sleep(0.2)


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    environment |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_health_check_period_ms": "1000"}
    command = [sys.executable, "-c", TWO_NODES]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        yield cluster
        assert cluster.stdin is not None
        cluster.stdin.close()
        cluster.wait(timeout=60)


def tell(cluster: subprocess.Popen[str]) -> None:
    assert cluster.stdin is not None
    cluster.stdin.write("\n")
    cluster.stdin.flush()


def is_taken(run: Path) -> bool:
    """Whether Ray has taken a report with a checkpoint of the run."""
    snapshot = run / "checkpoint_manager_snapshot.json"
    return snapshot.exists() and any(path.name in snapshot.read_text() for path in run.glob("checkpoint_2*"))


@pytest.fixture(scope="module")
def lost(two_nodes: subprocess.Popen[str], warm: str, tmp_path_factory: pytest.TempPathFactory) -> Lost:
    folder = tmp_path_factory.mktemp("lost")
    (folder / "train.py").write_text(CODE)
    assert two_nodes.stdout is not None
    address = next(line.split()[1] for line in two_nodes.stdout if line.startswith("address "))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    own = {
        "RAY_ADDRESS": address,
        "RAY_AUTH_MODE": "token",
        "PYTHONPATH": os.getcwd(),
        "RAYLIFT_STORAGE_PATH": f"{folder}/storage",
        "RAY_TRAIN_PREEMPTION_POLL_INTERVAL_S": "1",
        "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "20",  # Ray asks for both workers once more before it is content with one
        "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps({"runtime_env": {"py_executable": warm}}),
    }
    command = [warm, "train.py"]
    run = subprocess.Popen(command, cwd=folder, env={**kept, **own}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_for((folder / "storage/r/metrics.jsonl").exists, run)
    tell(two_nodes)
    wait_for(lambda: any((folder / "storage/r").glob("checkpoint_2*/manifest-rank-1.json")), run)
    wait_for(lambda: is_taken(folder / "storage/r"), run)
    tell(two_nodes)
    (folder / "lost").touch()
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    return Lost(folder, said)


def test_a_node_that_is_announced_to_go_away_gets_one_checkpoint_of_all_ranks(lost: Lost) -> None:
    first, *_ = sorted(lost.folder.glob("storage/r/checkpoint_2*"))
    manifests = [json.loads((first / f"manifest-rank-{rank}.json").read_text()) for rank in (0, 1)]
    assert manifests[0]["world_size"] == 2
    assert 0 < manifests[0]["step"] == manifests[1]["step"] < STEPS


def test_the_worker_that_is_left_goes_on_and_says_what_changes(lost: Lost) -> None:
    assert "was written by 2 ranks, and this group has 1" in lost.said
    lines = [json.loads(line) for line in (lost.folder / "storage/r/metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [*range(5, STEPS + 1, 5), STEPS]
