"""An Accelerate config written out as arguments of `Accelerator`.

    distributed_type: FSDP
    mixed_precision: bf16
    fsdp_config: {fsdp_sharding_strategy: FULL_SHARD, fsdp_transformer_layer_cls_to_wrap: BertLayer}

becomes

    Accelerator(
        mixed_precision="bf16",
        fsdp_plugin=FullyShardedDataParallelPlugin(sharding_strategy="FULL_SHARD", transformer_cls_names_to_wrap=["BertLayer"]),
    )
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from raylift.edits.arguments import add_arguments
from raylift.frameworks.accelerate.accelerators import accelerator_constructions
from raylift.frameworks.accelerate.notebook_launcher import launched_precision
from raylift.plan import Case, Edit, Finding, NeededImport, Notice

FSDP = {
    "fsdp_version": "fsdp_version",
    "fsdp_sharding_strategy": "sharding_strategy",
    "fsdp_reshard_after_forward": "reshard_after_forward",
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
PLUGINS = (
    ("fsdp_config", "fsdp_plugin", "FullyShardedDataParallelPlugin", FSDP),
    ("deepspeed_config", "deepspeed_plugin", "DeepSpeedPlugin", DEEPSPEED),
    ("dynamo_config", "dynamo_plugin", "TorchDynamoPlugin", DYNAMO),
)
NEEDS = {"fsdp_config": "FSDP", "deepspeed_config": "DEEPSPEED"}


def write_out_config(case: Case) -> Iterator[Finding]:
    """Give every Accelerator what the config says and the script does not."""
    script, config = case.script, _config(case)
    if not config:
        return
    calls = accelerator_constructions(script)
    if not calls:
        text = "the Accelerator is made in another file, so the Accelerate config could not be written into it"
        yield Notice(1, "RL227", text, "lift that file with the same command")
    for call in calls:
        own = {keyword.arg for keyword in call.keywords}
        new = [(name, code, plugin) for name, code, plugin in plugin_arguments(config) if name not in own]
        for name, code, _ in plugin_arguments(config):
            if name in own:
                text = f"the script gives the Accelerator its own `{name}`, so the config's {code} was not written into it"
                yield Notice(call.lineno, "RL227", text, "see that the script's own says the same")
        if None in own and new:
            text = "the Accelerator's arguments are only known when the script runs, so the config was not written into it"
            yield Notice(call.lineno, "RL227", text, f"see that they hold {', '.join(name for name, _, _ in new)}")
        elif new:
            why = "what the Accelerate config said to the launcher"
            yield Edit(call, add_arguments(*(f"{name}={code}" for name, code, _ in new)), "RL126", why)
            yield from (NeededImport("accelerate.utils", plugin) for _, _, plugin in new if plugin)


def _config(case: Case) -> Mapping[str, Any]:
    """The config that is asked for; with the script's own launcher's precision where a TorchTrainer does not take that."""
    config = case.settings.inline_config or {}
    precision = "" if case.settings.target.takes_accelerate_config else launched_precision(case.script)
    return {"mixed_precision": precision, **config} if precision else config


def plugin_arguments(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The arguments of `Accelerator` that a config stands for: name, code, and the plugin class that the code uses."""
    precision = str(config.get("mixed_precision") or "no")
    if precision != "no":
        yield "mixed_precision", f'"{precision}"', ""
    if config.get("use_cpu") is True:
        yield "cpu", "True", ""
    for section, name, plugin, fields in PLUGINS:
        given = config.get(section) or {}
        wanted = config.get("distributed_type") == NEEDS.get(section, config.get("distributed_type"))
        written = {fields[key]: _code(key, value) for key, value in given.items() if key in fields and value is not None}
        if wanted and written:
            yield name, _enclosed(f"{plugin}(", [f"{field}={code}" for field, code in written.items()], ")"), plugin


def _code(key: str, value: object) -> str:
    if key == "fsdp_transformer_layer_cls_to_wrap" and isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if key == "fsdp_auto_wrap_policy":
        value = str(value).lower()
    if key in ("dynamo_backend", "fsdp_backward_prefetch_policy", "fsdp_backward_prefetch") and isinstance(value, str):
        value = value.upper()
    return _quoted(value)


def _quoted(value: object) -> str:
    """A value as code, with double quotes; what is long takes a line per entry."""
    if isinstance(value, Mapping):
        return _enclosed("{", [f"{_quoted(key)}: {_quoted(part)}" for key, part in value.items()], "}")
    if isinstance(value, list):
        return _enclosed("[", [_quoted(part) for part in value], "]")
    plain = isinstance(value, str) and value.isprintable() and not {'"', "\\"} & {*value}
    return f'"{value}"' if plain else repr(value)


def _enclosed(start: str, parts: list[str], end: str) -> str:
    line = start + ", ".join(parts) + end
    if len(line) <= 80 and "\n" not in line:
        return line
    return start + "\n" + "".join("    " + part.replace("\n", "\n    ") + ",\n" for part in parts) + end
