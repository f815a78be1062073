"""What `--inline-accelerate-config` writes makes the same plugins as `accelerate launch --config_file` did."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import accelerate.utils
import pytest
import torch
import yaml
from tests.runtime.accelerate_config.launcher import launched
from tests.runtime.accelerate_config.test_config import CONFIGS
from tests.since import needs

from raylift.frameworks.accelerate.config_arguments import config_arguments, not_written
from raylift.launch_commands.accelerate_config import read_whole_config

WHOLE = {
    "compute_environment": "LOCAL_MACHINE", "debug": False, "machine_rank": 0, "main_training_function": "main", "mixed_precision": "no",
    "num_machines": 1, "num_processes": 2,
}  # fmt: skip
MORE = {
    "fsdp-1, little said": {"distributed_type": "FSDP", "fsdp_config": {"fsdp_sharding_strategy": "SHARD_GRAD_OP"}},
    "fsdp-1, all said": {
        "distributed_type": "FSDP", "mixed_precision": "fp16",
        "fsdp_config": {
            "fsdp_sharding_strategy": 2, "fsdp_auto_wrap_policy": "SIZE_BASED_WRAP", "fsdp_backward_prefetch": "NO_PREFETCH",
            "fsdp_use_orig_params": False, "fsdp_offload_params": True, "fsdp_activation_checkpointing": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT", "fsdp_cpu_ram_efficient_loading": False, "fsdp_sync_module_states": False,
            "fsdp_forward_prefetch": True, "fsdp_ignored_modules": "head.*", "fsdp_reshard_after_forward": "true",
        },
    },
    "fsdp-2, little said": {"distributed_type": "FSDP", "fsdp_config": {"fsdp_version": 2}},
    "fsdp-2, all said": {
        "distributed_type": "FSDP",
        "fsdp_config": {
            "fsdp_version": 2, "fsdp_reshard_after_forward": False, "fsdp_forward_prefetch": False, "fsdp_use_orig_params": True,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP", "fsdp_transformer_layer_cls_to_wrap": "A,B",
            "fsdp_cpu_ram_efficient_loading": False, "fsdp_state_dict_type": "FULL_STATE_DICT",
        },
    },
    "zero-1": {"distributed_type": "DEEPSPEED", "deepspeed_config": {"zero_stage": 1}},
    "zero-2, offloaded": {
        "distributed_type": "DEEPSPEED", "mixed_precision": "fp16", "use_cpu": True,
        "deepspeed_config": {
            "zero_stage": 2, "gradient_accumulation_steps": 4, "gradient_clipping": 0.5, "offload_optimizer_device": "cpu",
            "offload_param_device": "none", "zero3_init_flag": False, "zero3_save_16bit_model": False,
        },
    },
    "deepspeed file": {
        "distributed_type": "DEEPSPEED", "mixed_precision": None,
        "deepspeed_config": {"deepspeed_config_file": "ds.json", "zero3_init_flag": True},
    },
    "dynamo": {"distributed_type": "MULTI_GPU", "dynamo_config": {"dynamo_backend": "EAGER"}},
}  # fmt: skip
FILE = {
    "zero_optimization": {"stage": 3},
    "train_batch_size": "auto",
    "gradient_accumulation_steps": 4,
    "bf16": {"enabled": True},
}
SAME = {**{name: yaml.safe_load(text) for name, text in CONFIGS.items()}, **MORE}
# `launch` alone reads sections that no argument stands for: those are told.
TOLD = {"fp8": ["fp8_config"], "megatron": ["megatron_lm_config"]}
pytestmark = needs("accelerate", "1.13", "its launcher and its plugins are no measure for what is written for those of today")


@pytest.fixture(autouse=True)
def as_on_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(accelerate.utils.dataclasses, "is_cuda_available", lambda: True, raising=False)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.chdir(tmp_path)
    Path("ds.json").write_text(json.dumps(FILE))


def accelerator_s(given: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """What an Accelerator with these arguments would take for its plugins and numbers, in a process with this environment."""
    kind = {name: os.environ.get(name) == "true" for name in ("ACCELERATE_USE_DEEPSPEED", "ACCELERATE_USE_FSDP")}
    precision = given.get("mixed_precision") or environment.get("ACCELERATE_MIXED_PRECISION", "no")
    compiled = given.get("dynamo_plugin") or accelerate.utils.TorchDynamoPlugin()
    found = {"mixed_precision": precision, "dynamo_plugin": None if compiled.backend.value == "NO" else compiled}
    if "deepspeed_plugin" in given or kind["ACCELERATE_USE_DEEPSPEED"]:
        plugin = given.get("deepspeed_plugin") or accelerate.utils.DeepSpeedPlugin()
        plugin.set_mixed_precision(precision)
        steps = environment.get("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", given.get("gradient_accumulation_steps", 1))
        found |= {"deepspeed_plugin": plugin, "gradient_accumulation_steps": int(steps)}
    if "fsdp_plugin" in given or kind["ACCELERATE_USE_FSDP"]:
        found["fsdp_plugin"] = given.get("fsdp_plugin") or accelerate.utils.FullyShardedDataParallelPlugin()
        found["loads sparsely"] = os.environ.get("FSDP_CPU_RAM_EFFICIENT_LOADING", "").lower()
    if "parallelism_config" in given or environment.get("ACCELERATE_USE_PARALLELISM_CONFIG") == "true":
        found["parallelism_config"] = given.get("parallelism_config") or accelerate.utils.ParallelismConfig()
    return {name: fields_of(value) for name, value in found.items()}


def fields_of(value: Any) -> Any:
    """A plugin field by field; what is made anew each time by its kind alone."""
    if not dataclasses.is_dataclass(value):
        return value
    fields = {field.name: fields_of(getattr(value, field.name, None)) for field in dataclasses.fields(value)}
    fields |= {"deepspeed_config": getattr(value, "deepspeed_config", None)}
    made = {"param_init_fn": callable, "hf_ds_config": lambda config: getattr(config, "config", None)}
    return {name: made[name](field) if name in made else repr(field) for name, field in fields.items()}


@pytest.mark.parametrize("name", SAME)
def test_what_is_written_is_what_the_launcher_made(name: str, tmp_path: Path) -> None:
    if SAME[name]["distributed_type"] == "DEEPSPEED" and not importlib.util.find_spec("deepspeed"):
        pytest.skip("DeepSpeed is not installed, and its plugin asks for it")
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({**WHOLE, **SAME[name]}))
    config, environment = read_whole_config(str(path)), launched(path)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ACCELERATE_", "FSDP_", "PARALLELISM_"))}
    with mock.patch.dict(os.environ, {**clean, **environment}, clear=True):
        theirs = accelerator_s({}, environment)
    with mock.patch.dict(os.environ, clean, clear=True):
        written = {each.name: eval(each.code, vars(accelerate.utils) | {"__builtins__": {}}) for each in config_arguments(config)}
        ours = accelerator_s(written, {})
    assert ours == theirs
    assert not_written(config) == TOLD.get(name, [])
    assert "cpu" not in written or name == "cpu"
