"""A loop with an Accelerator on two Ray workers: its config, its reports, and its restarts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.runtime.conftest import RunScript, script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]


@pytest.fixture
def run_script(tmp_path: Path, warm: str) -> RunScript:
    return script_runner(tmp_path, warm)


HEAD = """
import json, os, sys
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from ray.train import FailureConfig, RunConfig, ScalingConfig
from raylift_runtime.accelerate import RayTrainTracker, report, resumable
from raylift_runtime.preflight_error import PreflightError
from raylift_runtime.torch import TorchTrainer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

TWO = ScalingConfig(num_workers=2, use_gpu=False)
"""

STATE = """
def train_func():
    accelerator = Accelerator()
    state, model = accelerator.state, accelerator.prepare(nn.Linear(2, 2))
    seen = [state.distributed_type.value, state.num_processes, state.mixed_precision, state.dynamo_plugin.backend.value]
    with open(f"seen-{accelerator.process_index}.jsonl", "a") as file:
        file.write(json.dumps([*seen, state.backend]) + "\\n")

if __name__ == "__main__":
    for config in sys.argv[1:]:
        try:
            TorchTrainer(train_func, accelerate_config=config, scaling_config=TWO).fit()
        except PreflightError as error:
            print("refused:", error)
"""

BF16 = "distributed_type: MULTI_GPU\nmixed_precision: bf16\nnum_processes: 4\nmain_process_port: 29500\ndynamo_config:\n  dynamo_backend: EAGER\n"
OLD = "compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_GPU\nfp16: true\nnum_machines: 1\nnum_processes: 2\n"
FSDP = "distributed_type: FSDP\nmixed_precision: bf16\nnum_processes: 2\nfsdp_config:\n  fsdp_sharding_strategy: FULL_SHARD\n"


def test_a_config_reaches_the_state_of_every_worker(run_script: RunScript, cluster: str, tmp_path: Path) -> None:
    for name, text in (("bf16", BF16), ("old", OLD), ("fsdp", FSDP)):
        (tmp_path / f"{name}.yaml").write_text(text)
    ended = run_script(HEAD + STATE, "bf16.yaml", "old.yaml", "fsdp.yaml", RAY_ADDRESS=cluster)
    expected = [
        ["MULTI_CPU", 2, "bf16", "EAGER", "gloo"],
        ["MULTI_CPU", 2, "fp16", "NO", "gloo"],
    ]
    for rank in (0, 1):
        lines = (tmp_path / f"seen-{rank}.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in lines] == expected
    said = [line for line in ended.stdout.splitlines() if line.startswith("raylift:")]
    assert said == [
        "raylift: Ray sets num_processes, main_process_port; the values in the Accelerate config are not used.",
        "raylift: fp16 was asked for, and Accelerate has it on GPUs only: these CPU workers train in the precision of the model's own weights.",
    ]
    (refused,) = (line for line in ended.stdout.splitlines() if line.startswith("refused:"))
    assert refused.startswith("refused: The Accelerate config: FSDP was asked for, and Accelerate shards with it on GPUs only")


LOOP = """
def train_func():
    set_seed(5)
    accelerator = Accelerator(log_with=RayTrainTracker())
    accelerator.init_trackers("loop")
    data = TensorDataset(torch.randn(32, 4), torch.randn(32, 1))
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
    loader = DataLoader(data, batch_size=4, shuffle=True)
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    step = 0
    for epoch in {epochs}:
        for features, targets in loader:
            {trouble}
            loss = nn.functional.mse_loss(model(features), targets)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
        accelerator.log({{"train_loss": loss}}, step=4 * (epoch + 1))
        report({{"epoch": epoch, "loss": loss}}, accelerator=accelerator, model=model)
        scheduler.step()
    accelerator.wait_for_everyone()
    torch.save(accelerator.unwrap_model(model).state_dict(), f"weights-{{accelerator.process_index}}.pt")
    accelerator.end_training()

if __name__ == "__main__":
    run = RunConfig(name="r", failure_config=FailureConfig(max_failures=1))
    result = TorchTrainer(train_func, scaling_config=TWO, run_config=run).fit()
    print("RESULT", json.dumps(result.metrics))
"""

KILL = """if [epoch, step, accelerator.process_index] == {place} and not os.path.exists("killed"):
                open("killed", "w").close()
                os._exit(1)"""


def test_every_epoch_reports_its_metrics_and_one_checkpoint(run_script: RunScript, cluster: str, tmp_path: Path) -> None:
    ended = run_script(HEAD + LOOP.format(epochs="range(2)", trouble="pass"), RAY_ADDRESS=cluster)
    run = tmp_path / "storage" / "r"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], sorted(line)) for line in lines] == [
        (4, ["step", "train_loss"]), (4, ["epoch", "loss", "step"]), (8, ["step", "train_loss"]), (8, ["epoch", "loss", "step"])
    ]  # fmt: skip
    last = json.loads(ended.stdout.split("RESULT ")[1].splitlines()[0])
    assert last == {"epoch": 1, "loss": lines[-1]["loss"]}
    checkpoints = sorted(run.glob("checkpoint_2*"))
    assert len(checkpoints) == 2
    uploaded = [list(json.loads(file.read_text())["files"]) for file in sorted(checkpoints[1].glob("manifest-*"))]
    assert uploaded == [["model.bin"], []]


def test_a_loop_killed_at_a_random_step_ends_with_the_weights_of_an_undisturbed_one(
    run_script: RunScript, cluster: str, tmp_path: Path
) -> None:
    loop = "resumable(range(3), accelerator=accelerator)"
    place = [random.randrange(3), random.randrange(4), random.randrange(2)]
    place[1] += 4 * place[0]
    run_script(HEAD + LOOP.format(epochs=loop, trouble="pass"), RAY_ADDRESS=cluster)
    weights = {path.name: path.read_bytes() for path in tmp_path.glob("weights-*.pt")}
    lines = (tmp_path / "storage/r/metrics.jsonl").read_text()
    (tmp_path / "storage/r").rename(tmp_path / "storage/undisturbed")
    run_script(HEAD + LOOP.format(epochs=loop, trouble=KILL.format(place=place)), RAY_ADDRESS=cluster)
    assert (tmp_path / "killed").exists(), place
    assert {path.name: path.read_bytes() for path in tmp_path.glob("weights-*.pt")} == weights, place
    assert (tmp_path / "storage/r/metrics.jsonl").read_text() == lines, place
