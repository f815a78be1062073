"""An Accelerate config, of any generation, read on the driver and made ready for Ray's workers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raylift_runtime.accelerate_config.environment import encoded, variables
from raylift_runtime.accelerate_config.file import check, flat, modern, read_config_file

if TYPE_CHECKING:
    from collections.abc import Mapping

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
SHARDED_ON_ACCELERATORS = ("FSDP", "MEGATRON_LM")


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
    def needs_accelerators(self) -> bool:
        """Whether the model is to be sharded in a way that Accelerate knows on accelerators only."""
        return self.kind in SHARDED_ON_ACCELERATORS

    @property
    def is_compiled_in_vain(self) -> bool:
        """Whether the config asks to compile beside DeepSpeed, where `accelerate launch` does not pass that on."""
        return self.kind == "DEEPSPEED" and self.settings.get("dynamo_backend", "no") != "no"

    @property
    def replaced(self) -> tuple[str, ...]:
        """The settings that have no effect, because Ray decides about them."""
        return tuple(name for name, silent in TOPOLOGY.items() if self.settings.get(name) not in silent)

    def worker_environment(self) -> dict[str, str]:
        """What each worker's environment needs before `Accelerator()` is built; a DeepSpeed JSON file travels as text."""
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
    content, flags, name = read_config_file(config)
    check(content, flags, name)
    fields = tuple(content.get("deepspeed_config") or {})
    file = flat(modern(content))
    settings = file | flags
    kind = _kind(settings, flags, name)
    if file.get("mixed_precision") and "mixed_precision" not in flags:
        fields = (*fields, "mixed_precision")
    if file.get("parallelism_config") or any(key.startswith("parallelism_config_") for key in file):
        settings.setdefault("use_parallelism_config", True)
    _check_values(kind, settings, name)
    return AccelerateConfig(kind, settings, fields, _deepspeed_json(settings, name) if kind == "DEEPSPEED" else None)


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
