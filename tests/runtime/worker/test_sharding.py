"""What a script asks of Accelerate happens on a worker, or is told before the first step."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from tests.since import needs

from raylift_runtime.worker import sharding


def accelerator(kind: str, processes: int = 2, **others: Any) -> Any:
    """As much of an Accelerator as is looked at."""
    given = {"mixed_precision": "no", "device": SimpleNamespace(type="cpu"), "process_index": 0, **others}
    compiled = SimpleNamespace(dynamo_plugin=SimpleNamespace(backend=SimpleNamespace(value=given.pop("compiled", "NO"))))
    return SimpleNamespace(distributed_type=SimpleNamespace(value=kind), num_processes=processes, state=compiled, **given)


@pytest.fixture(autouse=True)
def asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ACCELERATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(sharding, "_told", set())


@pytest.mark.parametrize(
    ("asked", "had", "told"),
    [
        ("DEEPSPEED", "MULTI_CPU", "DEEPSPEED was asked for, and this Accelerator is of type MULTI_CPU: 2 workers would each train a whole copy"),
        ("DEEPSPEED", "MULTI_GPU", "Take cpu=True out of Accelerator"),
        ("FSDP", "MULTI_CPU", "FSDP was asked for, and Accelerate shards with it on GPUs only"),
        ("FSDP", "MULTI_GPU", "FSDP was asked for, and this Accelerator is of type MULTI_GPU"),
        ("MEGATRON_LM", "MULTI_GPU", "MEGATRON_LM was asked for"),
    ],
)  # fmt: skip
def test_sharding_that_would_not_happen_is_an_error(asked: str, had: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sharding.SHARDED[asked], "true")
    with pytest.raises(RuntimeError, match=told):
        sharding.compare(accelerator(had))
    sharding.compare(accelerator(asked))


@pytest.mark.parametrize(("size", "kind"), [("dp_shard_size", "FSDP"), ("cp_size", "FSDP"), ("sp_size", "DEEPSPEED")])
def test_sizes_of_a_parallelism_config_that_would_mean_nothing_are_an_error(size: str, kind: str) -> None:
    with pytest.raises(RuntimeError, match=rf"ParallelismConfig\({size}=2\), which needs {kind}, was asked for"):
        sharding.compare(accelerator("MULTI_GPU", parallelism_config=SimpleNamespace(**{size: 2})))
    sharding.compare(accelerator(kind, parallelism_config=SimpleNamespace(**{size: 2})))


def test_another_precision_and_compilation_are_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    monkeypatch.setenv("ACCELERATE_DYNAMO_BACKEND", "INDUCTOR")
    sharding.compare(accelerator("MULTI_CPU", mixed_precision="bf16", compiled="INDUCTOR"))
    assert capsys.readouterr().out == ""
    different = accelerator("MULTI_CPU", mixed_precision="fp16", compiled="EAGER")
    sharding.compare(different)
    sharding.compare(different)
    sharding.compare(accelerator("MULTI_CPU", mixed_precision="fp16", compiled="EAGER"))
    assert capsys.readouterr().out.splitlines() == [
        "raylift: the Accelerate config asks for mixed_precision bf16, and the script's own Accelerator trains with fp16.",
        "raylift: fp16 was asked for, and Accelerate has it on GPUs only: these CPU workers train in the precision of the model's own weights.",
        "raylift: the Accelerate config asks to compile with INDUCTOR, and the script's own Accelerator compiles with EAGER.",
    ]


def test_a_process_that_is_alone_is_told_that_it_shards_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    sharding.compare(accelerator("NO", processes=1))
    assert capsys.readouterr().out == "raylift: FSDP was asked for, and this process trains alone: it keeps the whole model.\n"


MADE = """
import json, os, sys
import accelerate
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import DeepSpeedPlugin, FullyShardedDataParallelPlugin
from raylift_runtime.worker.sharding import watch_accelerators

watch_accelerators()
watch_accelerators()
settings = {"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2}}
made = {
    "plain": lambda: Accelerator(),
    "fsdp 1": lambda: FullyShardedDataParallelPlugin(fsdp_version=1, sync_module_states=False),
    "fsdp 2": lambda: Accelerator(fsdp_plugin=FullyShardedDataParallelPlugin(fsdp_version=2)),
    "deepspeed, cpu": lambda: Accelerator(cpu=True, deepspeed_plugin=DeepSpeedPlugin(hf_ds_config=settings)),
    "deepspeed": lambda: Accelerator(deepspeed_plugin=DeepSpeedPlugin(hf_ds_config=settings)),
}
told = {}
for name in sys.argv[1:]:
    AcceleratorState._reset_state(reset_partial_state=True)
    os.environ.pop("ACCELERATE_USE_DEEPSPEED", None)
    try:
        accelerator = made[name]()
        told[name] = [accelerator.distributed_type.value, accelerator.device.type, PartialState().backend, os.environ["ACCELERATE_USE_CPU"]]
    except RuntimeError as error:
        told[name] = str(error)
print("TOLD", json.dumps(told))
"""


@needs("accelerate", "1.6", "it has no FSDP2")
def test_accelerators_on_cpus_shard_with_deepspeed_and_refuse_fsdp() -> None:
    asked = ["plain", "fsdp 1", "fsdp 2"]
    asked += ["deepspeed, cpu", "deepspeed"] if importlib.util.find_spec("deepspeed") else []
    place = {
        "RANK": "0",
        "WORLD_SIZE": "1",
        "LOCAL_RANK": "0",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "0",
        "OMP_NUM_THREADS": "1",
    }
    environment = {**os.environ, **place, "ACCELERATE_USE_CPU": "true", "DS_ACCELERATOR": "cpu"}
    ended = subprocess.run([sys.executable, "-c", MADE, *asked], env=environment, capture_output=True, text=True, timeout=100)
    assert "TOLD" in ended.stdout, ended.stderr
    told = json.loads(ended.stdout.split("TOLD ")[1])
    refused = sharding.ON_ACCELERATORS_ONLY.format(kind="FSDP")
    assert [told.pop(name) for name in ("plain", "fsdp 1", "fsdp 2")] == [["MULTI_CPU", "cpu", "gloo", "true"], refused, refused]
    if told:
        assert told["deepspeed"] == ["DEEPSPEED", "cpu", "gloo", "true"]
        assert "Take cpu=True out of Accelerator(...)" in told["deepspeed, cpu"]
