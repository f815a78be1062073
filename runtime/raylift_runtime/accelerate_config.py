"""An Accelerate config, of any generation, read on the driver and made ready for Ray's workers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raylift_runtime.accelerate_environment import encoded, variables

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
# What Ray decides, and the value of each that says nothing.
TOPOLOGY: dict[str, tuple[Any, ...]] = {
    "num_processes": (None, -1),
    "num_machines": (None, 1),
    "machine_rank": (None, 0),
    "gpu_ids": (None, "all"),
    "main_process_ip": (None,),
    "main_process_port": (None,),
    "rdzv_backend": (None, "static"),
    "num_cpu_threads_per_process": (None,),
    "deepspeed_hostfile": (None,),
    "deepspeed_inclusion_filter": (None,),
    "deepspeed_exclusion_filter": (None,),
    "deepspeed_multinode_launcher": (None, "standard", "pdsh"),
    "mpirun_hostfile": (None,),
}
PRECISIONS = ("no", "fp16", "bf16", "fp8")
KINDS = (
    "NO", "MULTI_CPU", "MULTI_GPU", "MULTI_NPU", "MULTI_MLU", "MULTI_SDAA", "MULTI_MUSA", "MULTI_XPU", "MULTI_HPU",
    "MULTI_NEURON", "DEEPSPEED", "FSDP", "MEGATRON_LM", "TP", "MPS",
)  # fmt: skip
SHARDED = ("DEEPSPEED", "FSDP", "MEGATRON_LM")


@dataclass(frozen=True)
class AccelerateConfig:
    """What an Accelerate config says about training, without what Ray decides.

    `kind` is Accelerate's distributed type; `num_processes` the total number of processes, None where the config leaves it open;
    `replaced` names the settings of topology and network that hold a value which Ray overrides.
    """

    kind: str
    settings: dict[str, Any]
    deepspeed_fields: tuple[str, ...] = ()
    deepspeed_json: str | None = None

    @property
    def num_processes(self) -> int | None:
        """How many processes the config asks for."""
        number = self.settings.get("num_processes")
        return None if number is None or int(number) == -1 else int(number)

    @property
    def use_cpu(self) -> bool:
        """Whether the config asks for CPUs."""
        return bool(self.settings.get("use_cpu") or self.settings.get("cpu") or self.kind == "MULTI_CPU")

    @property
    def shards(self) -> bool:
        """Whether the model is to be sharded, which Accelerate does on accelerators only."""
        return self.kind in SHARDED

    @property
    def replaced(self) -> tuple[str, ...]:
        """The settings that have no effect, because Ray decides about them."""
        return tuple(name for name, silent in TOPOLOGY.items() if self.settings.get(name) not in silent)

    def worker_environment(self, on_accelerators: bool = True) -> dict[str, str]:
        """What each worker's environment needs before `Accelerator()` is built; a DeepSpeed JSON file travels as text.

        On CPU workers it leaves sharding out: Accelerate would ignore it there without a word, or fail.
        """
        if self.shards and not on_accelerators:
            return variables("MULTI_CPU", self.settings | {"use_cpu": True, "use_parallelism_config": False})
        found = variables(self.kind, self.settings, self.deepspeed_fields)
        if self.deepspeed_json is not None:
            found["ACCELERATE_DEEPSPEED_CONFIG_FILE"] = encoded(self.deepspeed_json)
        return found


def load(config: Mapping[str, Any] | str | os.PathLike[str] | None = None) -> AccelerateConfig:
    """Read a config: a path, the text of a YAML file, a dict in its form, or None for what `accelerate config` saved here.

    A dict may also hold flags of `accelerate launch`, `config_file` among them. Call it on the driver: all files are read here.
    Raises FileNotFoundError for a path that does not exist, and ValueError for what is no Accelerate config, or is one for
    SageMaker or TPUs. The source is `accelerate launch`, whose own functions want to own the machine they run on.
    """
    content, flags, name = _read(config)
    _check(content, flags, name)
    fields = tuple(content.get("deepspeed_config") or {})
    file = _flat(_modern(content))
    settings = file | flags
    kind = _kind(settings, flags, name)
    if file.get("mixed_precision") and "mixed_precision" not in flags:
        fields = (*fields, "mixed_precision")
    if file.get("parallelism_config") or any(key.startswith("parallelism_config_") for key in file):
        settings.setdefault("use_parallelism_config", True)
    _check_values(kind, settings, name)
    return AccelerateConfig(kind, settings, fields, _deepspeed_json(settings, name) if kind == "DEEPSPEED" else None)


def _read(config: Mapping[str, Any] | str | os.PathLike[str] | None) -> tuple[dict[str, Any], dict[str, Any], str]:
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
        content, _, name = _read(str(path))
        return content | sections, flags, name
    path = Path(config).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"no Accelerate config at {path} (in {os.getcwd()}): give the path of a file on this machine")
    return _parse(path.read_text(encoding="utf-8"), str(path)), {}, str(path)


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


def _check(content: Mapping[str, Any], flags: Mapping[str, Any], name: str) -> None:
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


def _modern(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with what earlier generations called otherwise under today's names."""
    modern = dict(content)
    modern.pop("enable_cpu_affinity", None)  # `accelerate launch` follows its flag only
    if modern.pop("fp16", False) and not modern.get("mixed_precision"):
        modern["mixed_precision"] = "fp16"
    if "dynamo_backend" in modern:
        modern["dynamo_config"] = {"dynamo_backend": modern.pop("dynamo_backend")}
    return modern


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """All settings by the names of `accelerate launch`'s flags."""
    flat = {key: value for key, value in content.items() if key not in SECTIONS and value is not None}
    for section, prefix in SECTIONS.items():
        for key, value in (content.get(section) or {}).items():
            name = key if key.startswith(prefix) else prefix + key
            flat[RENAMED.get(name, name)] = value
    return flat


def _kind(settings: Mapping[str, Any], flags: Mapping[str, Any], name: str) -> str:
    for flag, kind in (("use_deepspeed", "DEEPSPEED"), ("use_fsdp", "FSDP"), ("use_megatron_lm", "MEGATRON_LM")):
        if flags.get(flag):
            return "NO" if flags.get("cpu") else kind
    if flags.get("cpu"):
        return "NO"
    if flags.get("multi_gpu"):
        return "MULTI_GPU"
    kind = _word(settings.get("distributed_type", "NO")).upper()
    if kind not in KINDS:
        raise ValueError(f"{name}: distributed_type {kind} is none of {', '.join(KINDS)}")
    return kind


def _check_values(kind: str, settings: dict[str, Any], name: str) -> None:
    for key in ("mixed_precision", "dynamo_backend"):
        if key in settings:
            settings[key] = _word(settings[key])
    if settings.get("mixed_precision", "no") not in PRECISIONS:
        raise ValueError(f"{name}: mixed_precision {settings['mixed_precision']} is none of {', '.join(PRECISIONS)}")
    loads_sparsely = _is_true(settings.get("fsdp_cpu_ram_efficient_loading", True))
    if kind == "FSDP" and loads_sparsely and not _is_true(settings.get("fsdp_sync_module_states", True)):
        raise ValueError(f"{name}: fsdp_cpu_ram_efficient_loading needs fsdp_sync_module_states: true")


def _word(value: Any) -> str:
    """A word of a config; YAML reads a bare `no` as False."""
    return "no" if value is False else str(value).lower()


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "yes")


def _deepspeed_json(settings: Mapping[str, Any], name: str) -> str | None:
    given = settings.get("deepspeed_config_file")
    if given in (None, "none"):
        return None
    if isinstance(given, dict):
        return json.dumps(given)
    path = next((p for p in (Path(given).expanduser(), Path(name).parent / given) if p.is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{name}: no DeepSpeed config at {given} (in {os.getcwd()})")
    text = path.read_text(encoding="utf-8")
    try:
        json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path}: not JSON ({error})") from error
    return text
