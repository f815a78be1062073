"""Reads an Accelerate config from wherever it is kept, and brings what earlier generations wrote to today's names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTIONS = {
    "deepspeed_config": "",
    "dynamo_config": "dynamo_",
    "fp8_config": "fp8_",
    "fsdp_config": "fsdp_",
    "megatron_lm_config": "",
    "mpirun_config": "",
    "parallelism_config": "",
}
# What a config file may hold at its top, in all generations; the last row was dropped again.
KEYS = {
    "compute_environment", "debug", "distributed_type", "downcast_bf16", "enable_cpu_affinity", "gpu_ids", "machine_rank",
    "main_process_ip", "main_process_port", "main_training_function", "mixed_precision", "num_machines", "num_processes",
    "rdzv_backend", "same_network", "use_cpu", *SECTIONS,
    "command_file", "commands", "tpu_env", "tpu_name", "tpu_use_cluster", "tpu_use_sudo", "tpu_vm", "tpu_zone",
    "dynamo_backend", "fp16", "ipex_config", "use_mps_device", "use_xpu", "tpu_cluster",
}  # fmt: skip
# A dict may also hold flags of `accelerate launch`: they win over the file that `config_file` names.
FLAGS = ("config_file", "cpu", "multi_gpu", "use_deepspeed", "use_fsdp", "use_megatron_lm", "use_parallelism_config")
FLAG_PREFIXES = (
    "deepspeed_", "dynamo_", "fp8_", "fsdp_", "gradient_", "megatron_lm_", "offload_", "parallelism_config_", "zero3_", "zero_stage",
)  # fmt: skip
RENAMED = {"fsdp_backward_prefetch_policy": "fsdp_backward_prefetch"}


def read_config_file(config: Mapping[str, Any] | str | os.PathLike[str] | None) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The content of the file, the flags beside it, and what to call it in a message."""
    if config is None:
        saved = _saved_config()
        return (_parse(saved.read_text(encoding="utf-8"), str(saved)) if saved.is_file() else {}), {}, str(saved)
    if isinstance(config, str) and "\n" in config:
        return _parse(config, "the Accelerate config"), {}, "the Accelerate config"
    if not isinstance(config, (str, os.PathLike)):
        sections, flags = _split(config)
        if not (path := flags.pop("config_file", None)):
            return (
                (sections, flags, "accelerate_config") if any(map(_is_flag, flags)) else (dict(config), {}, "accelerate_config")
            )
        content, _, name = read_config_file(str(path))
        return content | sections, flags, name
    path = Path(config).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"no Accelerate config at {path} (in {os.getcwd()}): give the path of a file on this machine")
    try:
        return _parse(path.read_text(encoding="utf-8"), str(path)), {}, str(path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no Accelerate config: it is no text") from error


def _split(config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sections of a dict, and its other keys."""
    sections = {key: value for key, value in config.items() if key in SECTIONS}
    return sections, {key: value for key, value in config.items() if key not in SECTIONS}


def _is_flag(key: str) -> bool:
    return key in FLAGS or (key.startswith(FLAG_PREFIXES) and key not in KEYS)


def _saved_config() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(os.environ.get("HF_HOME", os.path.join(cache, "huggingface"))).expanduser() / "accelerate" / "default_config.yaml"


def _parse(text: str, name: str) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ValueError(f"{name}{line}: not YAML ({getattr(error, 'problem', None) or 'unreadable'})") from error
    if not isinstance(content, dict) or not content.keys() & KEYS:
        raise ValueError(f"{name} is no Accelerate config: it has none of its settings. `accelerate config` writes one.")
    return content


def check(content: Mapping[str, Any], flags: Mapping[str, Any], name: str) -> None:
    """Raises ValueError, with the remedy, for a config of SageMaker or TPUs and for settings that nobody knows."""
    environment, kind = str(content.get("compute_environment", "")), str(content.get("distributed_type", ""))
    if "SAGEMAKER" in environment:
        raise ValueError(f"{name} is for SageMaker, which starts its own machines: give a config for LOCAL_MACHINE, or none")
    if kind in ("TPU", "XLA") or content.get("tpu_use_cluster"):
        raise ValueError(f"{name} is for TPUs, which Accelerate starts by itself: give a config for GPUs or CPUs, or none")
    unknown = sorted(str(key) for key in [*content, *flags] if key not in KEYS and not _is_flag(str(key)))
    if unknown and (unknown := sorted({*unknown} - _newest_keys())):
        raise ValueError(f"{name} has settings that Accelerate does not know: {', '.join(unknown)}. Correct or remove them.")


def _newest_keys() -> set[str]:
    """The keys of the installed Accelerate, which may be newer than the ones listed here."""
    from accelerate.commands.config.config_args import ClusterConfig

    return set(ClusterConfig.__dataclass_fields__)


def modern(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with what earlier generations called otherwise under today's names."""
    found = dict(content)
    found.pop("enable_cpu_affinity", None)  # `accelerate launch` follows its flag only
    if found.pop("fp16", False) and not found.get("mixed_precision"):
        found["mixed_precision"] = "fp16"
    if "dynamo_backend" in found:
        found["dynamo_config"] = {"dynamo_backend": found.pop("dynamo_backend")}
    return found


def flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """All settings by the names of `accelerate launch`'s flags."""
    found = {key: value for key, value in content.items() if key not in SECTIONS and value is not None}
    for section, prefix in SECTIONS.items():
        for key, value in (content.get(section) or {}).items():
            name = key if key.startswith(prefix) else prefix + key
            found[RENAMED.get(name, name)] = value
    return found
