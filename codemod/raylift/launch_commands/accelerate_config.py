"""An Accelerate config with everything that it refers to, read where the command line is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from raylift.launch_commands.launch import LaunchError

SECTIONS = {
    "deepspeed": "deepspeed_config", "dynamo": "dynamo_config", "fp8": "fp8_config", "fsdp": "fsdp_config",
    "megatron": "megatron_lm_config", "parallelism": "parallelism_config",
}  # fmt: skip
KIND_FLAGS = {"use_deepspeed": "DEEPSPEED", "use_fsdp": "FSDP", "use_megatron_lm": "MEGATRON_LM"}
# What `accelerate launch` reads beside a DeepSpeed file; everything else stands in that file.
BESIDE_A_FILE = ("zero3_init_flag", "deepspeed_moe_layer_cls_names")

CONFIG_NAMES = frozenset({"compute_environment", "distributed_type", "fp16", "mixed_precision", "num_machines", "num_processes"})


def processes_in(path: str) -> tuple[int | None, bool | None]:
    """How many processes an Accelerate config file asks for, and whether on GPUs; None where it does not say.

    Raises LaunchError with one line for what is no such file, or is one for SageMaker or TPUs.
    """
    found = {key: value for key, value in _mapping(path).items() if value not in ("", None)}
    if not found.keys() & CONFIG_NAMES:
        raise LaunchError(f"{path} is no Accelerate config: it has none of its settings")
    if "SAGEMAKER" in str(found.get("compute_environment", "")):
        raise LaunchError(f"{path} is for SageMaker, which starts its own machines: give a config for LOCAL_MACHINE")
    kind = str(found.get("distributed_type", "NO")).upper()
    if kind in ("TPU", "XLA"):
        raise LaunchError(f"{path} is for TPUs, which Accelerate starts by itself: give a config for GPUs or CPUs")
    count, on_cpu = str(found.get("num_processes", "")), str(found.get("use_cpu", "")).lower() == "true"
    use_gpu = False if on_cpu or kind == "MULTI_CPU" else None if kind in ("NO", "FALSE") else True
    return int(count) if count.isdigit() else None, use_gpu


def read_whole_config(given: str | Mapping[str, object] | None) -> dict[str, Any]:
    """A config file, or flags of `accelerate launch` over one, as one dict; a DeepSpeed file stands in it under `hf_ds_config`.

    Raises LaunchError with one line for what cannot be read.
    """
    flags = {} if given is None else {"config_file": given} if isinstance(given, str) else dict(given)
    path = flags.pop("config_file", None)
    config = {} if path is None else _mapping(str(path))
    for name, value in flags.items():
        section = SECTIONS.get(
            name.partition("_")[0], "deepspeed_config" if name.startswith(("zero", "offload", "gradient")) else ""
        )
        if name in KIND_FLAGS:
            config["distributed_type"] = KIND_FLAGS[name] if value else "NO"
        elif section:
            config.setdefault(section, {})[name] = value
        else:
            config[name] = value
    deepspeed = config.get("deepspeed_config") or {}
    if file := deepspeed.get("deepspeed_config_file"):
        beside = os.path.join(os.path.dirname(str(path or "")), str(file))
        whole = {"hf_ds_config": _mapping(str(file) if os.path.exists(str(file)) else beside)}
        config["deepspeed_config"] = whole | {name: deepspeed[name] for name in BESIDE_A_FILE if name in deepspeed}
    return config


def _mapping(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read()
        found = json.loads(content) if path.endswith(".json") else _yaml(content)
    except OSError as error:
        raise LaunchError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise LaunchError(f"{path} is no Accelerate config: it is neither YAML nor JSON: {error}") from error
    if not isinstance(found, dict):
        raise LaunchError(f"{path} holds no settings")
    return found


def _yaml(content: str) -> object:
    """LibCST brings one of two builds of PyYAML, by Python's version."""
    yaml = import_module("yaml" if find_spec("yaml") else "yaml_ft")
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
