"""What an Accelerate config says to `accelerate launch`, as arguments of `Accelerator` that say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A setting of the config file, and what the plugin calls it; a setting that is not here has no effect there.
FSDP_1 = {
    "fsdp_version": "fsdp_version",
    "fsdp_sharding_strategy": "sharding_strategy",
    "fsdp_backward_prefetch": "backward_prefetch",
    "fsdp_backward_prefetch_policy": "backward_prefetch",
    "fsdp_auto_wrap_policy": "auto_wrap_policy",
    "fsdp_transformer_layer_cls_to_wrap": "transformer_cls_names_to_wrap",
    "fsdp_min_num_params": "min_num_params",
    "fsdp_offload_params": "cpu_offload",
    "fsdp_state_dict_type": "state_dict_type",
    "fsdp_forward_prefetch": "forward_prefetch",
    "fsdp_use_orig_params": "use_orig_params",
    "fsdp_sync_module_states": "sync_module_states",
    "fsdp_cpu_ram_efficient_loading": "cpu_ram_efficient_loading",
    "fsdp_activation_checkpointing": "activation_checkpointing",
    "fsdp_activation_checkpointing_offload": "activation_checkpointing_offload",
    "fsdp_ignored_modules": "ignored_modules",
}
ONLY_FSDP_1 = {"sharding_strategy", "backward_prefetch", "forward_prefetch", "use_orig_params", "sync_module_states"}
FSDP_2 = {name: field for name, field in FSDP_1.items() if field not in ONLY_FSDP_1} | {
    "fsdp_reshard_after_forward": "reshard_after_forward"
}
DEEPSPEED = {
    "hf_ds_config": "hf_ds_config",
    "zero_stage": "zero_stage",
    "gradient_accumulation_steps": "gradient_accumulation_steps",
    "gradient_clipping": "gradient_clipping",
    "offload_optimizer_device": "offload_optimizer_device",
    "offload_param_device": "offload_param_device",
    "offload_optimizer_nvme_path": "offload_optimizer_nvme_path",
    "offload_param_nvme_path": "offload_param_nvme_path",
    "zero3_init_flag": "zero3_init_flag",
    "zero3_save_16bit_model": "zero3_save_16bit_model",
    "deepspeed_moe_layer_cls_names": "transformer_moe_cls_names",
}
DYNAMO = {
    "dynamo_backend": "backend",
    "dynamo_mode": "mode",
    "dynamo_use_fullgraph": "fullgraph",
    "dynamo_use_dynamic": "dynamic",
    "dynamo_use_regional_compilation": "use_regional_compilation",
}
PARALLELISM = {
    f"parallelism_config_{field}": field for field in ("dp_replicate_size", "dp_shard_size", "tp_size", "cp_size", "sp_size")
}
# What the launcher tells the plugins where the file says nothing; by themselves they would take something else.
LAUNCHER_SAYS_1 = {"fsdp_use_orig_params": True, "fsdp_sync_module_states": True, "fsdp_cpu_ram_efficient_loading": True}
LAUNCHER_SAYS_2 = {"fsdp_cpu_ram_efficient_loading": True}
LEAST_PARAMETERS = 100_000_000
NOT_WRITTEN = ("fp8_config", "megatron_lm_config")
SHARDED = ("DEEPSPEED", "FSDP", "MEGATRON_LM")


@dataclass(frozen=True, slots=True)
class ConfigArgument:
    """One argument of `Accelerator`, its value as code, and the classes of `accelerate.utils` that the code makes."""

    name: str
    code: str
    classes: tuple[str, ...] = ()


def kind_of_config(config: Mapping[str, Any]) -> str:
    """Accelerate's distributed type; YAML reads a bare `NO` as False."""
    return str(config.get("distributed_type") or "NO").upper()


def config_arguments(config: Mapping[str, Any]) -> Iterator[ConfigArgument]:
    """The arguments of `Accelerator` that a config stands for."""
    kind = kind_of_config(config)
    precision = str(config.get("mixed_precision") or ("fp16" if config.get("fp16") else "no")).lower()
    if precision != "no":
        yield ConfigArgument("mixed_precision", f'"{precision}"')
    if config.get("use_cpu") is True and kind in ("NO", "MULTI_CPU"):
        yield ConfigArgument("cpu", "True")
    if kind == "DEEPSPEED":
        yield from _deepspeed(_section(config, "deepspeed_config", ""))
    else:
        yield from _dynamo(_section(config, "dynamo_config", "dynamo_"), config.get("dynamo_backend"))
    if kind == "FSDP":
        yield _fsdp(_section(config, "fsdp_config", "fsdp_"))
        yield from _parallelism(_section(config, "parallelism_config", "parallelism_config_"))


def not_written(config: Mapping[str, Any]) -> list[str]:
    """The sections of a config that arguments cannot stand for here."""
    return [name for name in NOT_WRITTEN if config.get(name)]


def _section(config: Mapping[str, Any], name: str, prefix: str) -> dict[str, Any]:
    """A section's settings by their full names, which earlier generations of Accelerate left out."""
    given = config.get(name) or {}
    return {key if key.startswith(prefix) else prefix + key: value for key, value in given.items() if value is not None}


def _deepspeed(given: dict[str, Any]) -> Iterator[ConfigArgument]:
    if isinstance(steps := given.get("gradient_accumulation_steps"), int) and steps != 1:
        yield ConfigArgument("gradient_accumulation_steps", str(steps))  # the launcher tells the Accelerator, too
    if fields := _fields(given, DEEPSPEED):
        yield _made("deepspeed_plugin", "DeepSpeedPlugin", fields)


def _dynamo(given: dict[str, Any], backend: object) -> Iterator[ConfigArgument]:
    given = {"dynamo_backend": backend, **given} if backend else given
    if str(given.get("dynamo_backend") or "NO").upper() not in ("NO", "FALSE"):
        yield _made("dynamo_plugin", "TorchDynamoPlugin", _fields({**given, **_unless(given, dynamo_use_dynamic=False)}, DYNAMO))


def _fsdp(given: dict[str, Any]) -> ConfigArgument:
    is_second = str(given.get("fsdp_version", 1)) == "2"
    given |= _unless(given, **(LAUNCHER_SAYS_2 if is_second else LAUNCHER_SAYS_1))
    if str(given.get("fsdp_auto_wrap_policy")).upper() == "SIZE_BASED_WRAP":
        given |= _unless(given, fsdp_min_num_params=LEAST_PARAMETERS)
    else:
        given.pop("fsdp_min_num_params", None)
    return _made("fsdp_plugin", "FullyShardedDataParallelPlugin", _fields(given, FSDP_2 if is_second else FSDP_1))


def _parallelism(given: dict[str, Any]) -> Iterator[ConfigArgument]:
    fields = _fields(given, PARALLELISM)
    classes: tuple[str, ...] = ("ParallelismConfig",)
    if strategy := given.get("parallelism_config_cp_comm_strategy"):
        fields["cp_handler"] = f"TorchContextParallelConfig(cp_comm_strategy={quoted_value(strategy)})"
        classes += ("TorchContextParallelConfig",)
    if given:
        yield ConfigArgument("parallelism_config", _call("ParallelismConfig", fields), classes)


def _unless(given: Mapping[str, Any], **defaults: object) -> dict[str, object]:
    return {name: value for name, value in defaults.items() if name not in given}


def _fields(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {names[key]: _code(key, value) for key, value in given.items() if key in names}


def _made(name: str, plugin: str, fields: Mapping[str, str]) -> ConfigArgument:
    return ConfigArgument(name, _call(plugin, fields), (plugin,))


def _call(name: str, fields: Mapping[str, str]) -> str:
    return _enclosed(f"{name}(", [f"{field}={code}" for field, code in fields.items()], ")")


def _code(key: str, value: object) -> str:
    if key == "fsdp_transformer_layer_cls_to_wrap" and isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if key == "fsdp_auto_wrap_policy":
        value = str(value).lower()
    if key == "fsdp_sharding_strategy":
        value = str(value)
    if key in ("dynamo_backend", "fsdp_backward_prefetch_policy", "fsdp_backward_prefetch") and isinstance(value, str):
        value = value.upper()
    return quoted_value(value)


def quoted_value(value: object) -> str:
    """A value as code, with double quotes; what is long takes a line per entry."""
    if isinstance(value, Mapping):
        return _enclosed("{", [f"{quoted_value(key)}: {quoted_value(part)}" for key, part in value.items()], "}")
    if isinstance(value, list):
        return _enclosed("[", [quoted_value(part) for part in value], "]")
    plain = isinstance(value, str) and value.isprintable() and not {'"', "\\"} & {*value}
    return f'"{value}"' if plain else repr(value)


def _enclosed(start: str, parts: list[str], end: str) -> str:
    line = start + ", ".join(parts) + end
    if len(line) <= 80 and "\n" not in line:
        return line
    return start + "\n" + "".join("    " + part.replace("\n", "\n    ") + ",\n" for part in parts) + end
