"""A cluster of two nodes that runs already, whose Python has never heard of this package, and what the driver checks and sends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.runtime.conftest import RunScript, script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]

TWO_NODES = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0, "include_dashboard": False})
cluster.add_node(num_cpus=1, num_gpus=0)
print("address", cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""
UNKNOWN = 'raise ModuleNotFoundError("this node has no raylift_runtime", name="raylift_runtime")'


@dataclass(frozen=True)
class Running:
    """A cluster by its address, and the folder in which it keeps what it writes: one of its own, or others would find it there."""

    address: str
    folder: Path

    def variables(self) -> dict[str, str]:
        return {"RAY_ADDRESS": self.address, "RAY_TMPDIR": str(self.folder)}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    modules, folder = tmp_path_factory.mktemp("nodes"), Path(tempfile.mkdtemp(prefix="r"))  # sockets have short names only
    (modules / "raylift_runtime").mkdir()
    (modules / "raylift_runtime/__init__.py").write_text(UNKNOWN)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    environment |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "PYTHONPATH": str(modules),
        "RAY_TMPDIR": str(folder),
    }
    command = [sys.executable, "-c", TWO_NODES]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        assert cluster.stdin is not None and cluster.stdout is not None
        address = next(line.split()[1] for line in cluster.stdout if line.startswith("address "))
        yield Running(address, folder)
        cluster.stdin.close()
        cluster.wait(timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


REFUSED = """
import time
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer

if __name__ == "__main__":
    for scaling in (
        ScalingConfig(accelerator_type="A100"),
        ScalingConfig(num_workers=3, placement_strategy="STRICT_SPREAD"),
        ScalingConfig(num_workers=2, placement_strategy="STRICT_PACK"),
        ScalingConfig(resources_per_worker={"CPU": 2}),
    ):
        began = time.monotonic()
        try:
            TorchTrainer(repr, scaling_config=scaling).fit()
        except ValueError as error:
            print(f"REFUSED after {time.monotonic() - began:.0f} s: {error}", flush=True)
"""


def test_what_no_node_can_take_is_refused_within_seconds_with_what_each_has(run_script: RunScript, running: Running) -> None:
    said = run_script(REFUSED, **running.variables()).stdout
    refused = [line for line in said.splitlines() if line.startswith("REFUSED")]
    assert len(refused) == 4, said
    assert all(int(line.split()[2]) < 10 for line in refused)
    assert all("each have 1 CPU" in line for line in refused)
    for line, asked in zip(refused, ("type A100", "3 workers", "STRICT_PACK", "1 worker with 2 CPU"), strict=True):
        assert asked in line


SENT = """
import json, os, pathlib
import pyarrow.fs
from fsspec.implementations.local import LocalFileSystem
import torch.distributed
import raylift_runtime
from ray.train import RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer

DATA = os.environ["MADE_UP_FOLDER"]
SECRET = "MADE_UP_TOKEN"

def train_func():
    read = [os.environ.get(name) for name in (SECRET, "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "USER")]
    seen = {"read": [DATA, *read], "runtime": raylift_runtime.__file__}
    pathlib.Path("seen." + os.environ["RANK"]).write_text(json.dumps(seen))
    torch.distributed.barrier()

if __name__ == "__main__":
    os.environ["MADE_UP_FOLDER"] = "/of/the/driver"
    shared = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(LocalFileSystem(auto_mkdir=True)))
    run = RunConfig(name="r", storage_filesystem=shared)
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2, placement_strategy="STRICT_SPREAD"), run_config=run).fit()
"""
SECRETS = {"MADE_UP_TOKEN": "sesame-1", "AWS_REGION": "sesame-2", "HF_TOKEN": "sesame-3", "AWS_SECRET_ACCESS_KEY": "sesame-4"}


@pytest.fixture(scope="module")
def sent(running: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, object]]]:
    """What a driver said that sends its variables, and what its two workers have seen."""
    import json

    folder = tmp_path_factory.mktemp("sent")
    own = {**SECRETS, "USER": "of_the_driver", "MADE_UP_FOLDER": "/of/the/shell", "RAYLIFT_FORWARD_ENV": "AWS_REGION"}
    ended = script_runner(folder)(SENT, **running.variables(), **own)
    return ended.stdout + ended.stderr, [json.loads((folder / f"seen.{rank}").read_text()) for rank in (0, 1)]


def test_what_the_script_reads_arrives_and_credentials_by_choice_only(sent: tuple[str, list[dict[str, object]]]) -> None:
    said, seen = sent
    assert [each["read"] for each in seen] == 2 * [
        ["/of/the/driver", "sesame-1", "sesame-2", None, "sesame-3", os.environ.get("USER")]
    ]
    assert "raylift: AWS_SECRET_ACCESS_KEY stays on this machine: RAYLIFT_FORWARD_ENV=AWS_* sends" in said


def test_this_package_travels_to_nodes_that_have_none(sent: tuple[str, list[dict[str, object]]]) -> None:
    assert all("py_modules" in str(each["runtime"]) for each in sent[1])


def test_no_secret_is_printed_or_in_ray_s_own_logs(sent: tuple[str, list[dict[str, object]]], running: Running) -> None:
    logs = [path.read_bytes() for path in running.folder.glob("ray/session_latest/logs/**/*") if path.is_file()]
    assert any(b"/of/the/driver" in log for log in logs)  # what may be seen is
    assert "sesame" not in sent[0]
    assert not any(b"sesame" in log for log in logs)


LACKING = """
import os
import only_here
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer

def train_func():
    print(only_here)

if __name__ == "__main__":
    os.remove("only_here.py")
    TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=1)).fit()
"""


def test_a_module_that_a_node_lacks_is_named(tmp_path: Path, cluster: str, warm: str) -> None:
    (tmp_path / "only_here.py").touch()
    ended = script_runner(tmp_path, warm)(LACKING, fails=True, RAY_ADDRESS=cluster)
    assert "lacks what the script imports: only_here (train.py). Install" in ended.stdout + ended.stderr


WAITS = """
import signal
import ray
from ray.train import ScalingConfig
from raylift_runtime.driver import waiting
from raylift_runtime.torch import TorchTrainer

@ray.remote(num_cpus=1)
class Holder:
    def is_up(self):
        return True

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background it is ignored
    waiting.EVERY_S = 2.0
    holder = Holder.remote()
    ray.get(holder.is_up.remote())
    TorchTrainer(repr, scaling_config=ScalingConfig(num_workers=2)).fit()
"""


def test_a_run_that_waits_says_so_and_ends_within_seconds_of_ctrl_c(tmp_path: Path, cluster: str) -> None:
    (tmp_path / "train.py").write_text(WAITS)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
    own = {"RAY_ADDRESS": cluster, "RAY_AUTH_MODE": "token", "RAYLIFT_STORAGE_PATH": f"{tmp_path}/storage"}
    command = [sys.executable, "-u", "train.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, env={**kept, **own}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if "s now until 2 workers with 1 CPU each fit; 1 fits now" in line:
                break
        run.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        said += run.stdout.readlines()
        status, took = run.wait(timeout=60), time.monotonic() - pressed
    assert "others hold what is missing" in "".join(said)
    assert "raylift: Ctrl-C: stopping the run." in "".join(said)
    assert "Traceback" not in "".join(said)
    assert (status, took < 30) == (130, True), said
