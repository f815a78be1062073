"""Accelerate's settings as the environment variables that `Accelerator()` reads in a process."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = tuple[str, str, Any, Callable[[Any], str]]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _lower(value: Any) -> str:
    return _text(value).lower()


# (variable, setting, its default, how the value is written); a variable whose setting is None is left out.
# The names and defaults are those of `accelerate launch`, which passes them to the processes it starts.
DYNAMO: tuple[Row, ...] = (
    ("ACCELERATE_DYNAMO_BACKEND", "dynamo_backend", "no", lambda value: _text(value).upper()),
    ("ACCELERATE_DYNAMO_MODE", "dynamo_mode", "default", _text),
    ("ACCELERATE_DYNAMO_USE_FULLGRAPH", "dynamo_use_fullgraph", False, _text),
    ("ACCELERATE_DYNAMO_USE_DYNAMIC", "dynamo_use_dynamic", False, _text),
    ("ACCELERATE_DYNAMO_USE_REGIONAL_COMPILATION", "dynamo_use_regional_compilation", False, _text),
)
FSDP: tuple[Row, ...] = (
    ("FSDP_VERSION", "fsdp_version", "1", _text),
    ("FSDP_SHARDING_STRATEGY", "fsdp_sharding_strategy", "FULL_SHARD", _text),
    ("FSDP_RESHARD_AFTER_FORWARD", "fsdp_reshard_after_forward", "true", _lower),
    ("FSDP_OFFLOAD_PARAMS", "fsdp_offload_params", "false", _lower),
    ("FSDP_MIN_NUM_PARAMS", "fsdp_min_num_params", 100_000_000, _text),
    ("FSDP_AUTO_WRAP_POLICY", "fsdp_auto_wrap_policy", None, _text),
    ("FSDP_TRANSFORMER_CLS_TO_WRAP", "fsdp_transformer_layer_cls_to_wrap", None, _text),
    ("FSDP_BACKWARD_PREFETCH", "fsdp_backward_prefetch", None, _text),
    ("FSDP_STATE_DICT_TYPE", "fsdp_state_dict_type", None, _text),
    ("FSDP_FORWARD_PREFETCH", "fsdp_forward_prefetch", "false", _lower),
    ("FSDP_USE_ORIG_PARAMS", "fsdp_use_orig_params", "true", _lower),
    ("FSDP_CPU_RAM_EFFICIENT_LOADING", "fsdp_cpu_ram_efficient_loading", "true", _lower),
    ("FSDP_SYNC_MODULE_STATES", "fsdp_sync_module_states", "true", _lower),
    ("FSDP_ACTIVATION_CHECKPOINTING", "fsdp_activation_checkpointing", "false", _lower),
    ("FSDP_ACTIVATION_CHECKPOINTING_OFFLOAD", "fsdp_activation_checkpointing_offload", "false", _lower),
    ("FSDP_IGNORED_MODULES", "fsdp_ignored_modules", None, _text),
)
DEEPSPEED: tuple[Row, ...] = (
    ("ACCELERATE_DEEPSPEED_ZERO_STAGE", "zero_stage", None, _text),
    ("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "gradient_accumulation_steps", None, _text),
    ("ACCELERATE_GRADIENT_CLIPPING", "gradient_clipping", None, _lower),
    ("ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE", "offload_optimizer_device", None, _lower),
    ("ACCELERATE_DEEPSPEED_OFFLOAD_PARAM_DEVICE", "offload_param_device", None, _lower),
    # the plugin reads these two, though `accelerate launch` forgets to pass them
    ("ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_NVME_PATH", "offload_optimizer_nvme_path", None, _text),
    ("ACCELERATE_DEEPSPEED_OFFLOAD_PARAM_NVME_PATH", "offload_param_nvme_path", None, _text),
    ("ACCELERATE_DEEPSPEED_ZERO3_INIT", "zero3_init_flag", None, _lower),
    ("ACCELERATE_DEEPSPEED_ZERO3_SAVE_16BIT_MODEL", "zero3_save_16bit_model", None, _lower),
    ("ACCELERATE_DEEPSPEED_MOE_LAYER_CLS_NAMES", "deepspeed_moe_layer_cls_names", None, _text),
)
PARALLELISM: tuple[Row, ...] = (
    ("PARALLELISM_CONFIG_DP_REPLICATE_SIZE", "parallelism_config_dp_replicate_size", 1, _text),
    ("PARALLELISM_CONFIG_DP_SHARD_SIZE", "parallelism_config_dp_shard_size", 1, _text),
    ("PARALLELISM_CONFIG_TP_SIZE", "parallelism_config_tp_size", 1, _text),
    ("PARALLELISM_CONFIG_CP_SIZE", "parallelism_config_cp_size", 1, _text),
    ("PARALLELISM_CONFIG_CP_BACKEND", "parallelism_config_cp_backend", "torch", _text),
    ("PARALLELISM_CONFIG_SP_SIZE", "parallelism_config_sp_size", 1, _text),
    ("PARALLELISM_CONFIG_SP_BACKEND", "parallelism_config_sp_backend", "deepspeed", _text),
)
CONTEXT_PARALLEL: tuple[Row, ...] = (
    ("PARALLELISM_CONFIG_CP_COMM_STRATEGY", "parallelism_config_cp_comm_strategy", "allgather", _text),
)
SEQUENCE_PARALLEL: tuple[Row, ...] = (
    ("PARALLELISM_CONFIG_SP_SEQ_LENGTH", "parallelism_config_sp_seq_length", None, _text),
    ("PARALLELISM_CONFIG_SP_SEQ_LENGTH_IS_VARIABLE", "parallelism_config_sp_seq_length_is_variable", True, _text),
    ("PARALLELISM_CONFIG_SP_ATTN_IMPLEMENTATION", "parallelism_config_sp_attn_implementation", "sdpa", _text),
)
FP8: tuple[Row, ...] = (
    ("ACCELERATE_FP8_BACKEND", "fp8_backend", None, _text),
    ("ACCELERATE_FP8_USE_AUTOCAST_DURING_EVAL", "fp8_use_autocast_during_eval", False, _text),
    ("ACCELERATE_FP8_MARGIN", "fp8_margin", 0, _text),
    ("ACCELERATE_FP8_INTERVAL", "fp8_interval", 1, _text),
    ("ACCELERATE_FP8_FORMAT", "fp8_format", "HYBRID", _text),
    ("ACCELERATE_FP8_AMAX_HISTORY_LEN", "fp8_amax_history_len", 1024, _text),
    ("ACCELERATE_FP8_AMAX_COMPUTE_ALGO", "fp8_amax_compute_algo", "most_recent", _text),
    ("ACCELERATE_FP8_OPT_LEVEL", "fp8_opt_level", "O2", _text),
    ("ACCELERATE_FP8_ENABLE_FSDP_FLOAT8_ALL_GATHER", "fp8_enable_fsdp_float8_all_gather", 1, _text),
    ("ACCELERATE_FP8_PAD_INNER_DIM", "fp8_pad_inner_dim", 1, _text),
)
MEGATRON_DEFAULTS = {
    "megatron_lm_tp_degree": 1,
    "megatron_lm_pp_degree": 1,
    "megatron_lm_gradient_clipping": 1.0,
    "megatron_lm_use_custom_fsdp": False,
    "megatron_lm_no_load_optim": False,
    "megatron_lm_no_save_optim": False,
    "megatron_lm_eod_mask_loss": False,
    "megatron_lm_optimizer_cpu_offload": False,
    "megatron_lm_use_precision_aware_optimizer": False,
    "megatron_lm_overlap_cpu_optimizer_d2h_h2d": False,
}


def variables(kind: str, settings: Mapping[str, Any], deepspeed_fields: Iterable[str] = ()) -> dict[str, str]:
    """The variables that `accelerate launch` would give each process, without those of topology, network and threads.

    `kind` is a distributed type such as `FSDP`; `settings` are named as the flags of `accelerate launch`; `deepspeed_fields` are
    the settings of DeepSpeed that stood in a config file.
    """
    precision = _lower(settings.get("mixed_precision") or "no")
    found = {"ACCELERATE_MIXED_PRECISION": precision}
    if precision == "fp8":
        found |= _rows(FP8, settings) | _fp8_overrides(settings)
    if settings.get("debug"):
        found["ACCELERATE_DEBUG_MODE"] = "true"
    if settings.get("enable_cpu_affinity"):
        found["ACCELERATE_CPU_AFFINITY"] = "1"
    if kind == "DEEPSPEED":
        found |= {"ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_CONFIG_DS_FIELDS": ",".join(deepspeed_fields).lower()}
        found |= _rows(DEEPSPEED, settings)
    else:
        found |= _rows(DYNAMO, settings)
    if kind == "FSDP":
        found |= {"ACCELERATE_USE_FSDP": "true"} | _rows(FSDP, settings)
    if kind == "MEGATRON_LM":
        found |= {"ACCELERATE_USE_MEGATRON_LM": "true"} | _megatron(settings)
    if kind in ("NO", "MULTI_CPU", "TP", "MPS"):
        found["ACCELERATE_USE_CPU"] = str(bool(settings.get("use_cpu") or settings.get("cpu")))
    if settings.get("use_parallelism_config"):
        found |= {"ACCELERATE_USE_PARALLELISM_CONFIG": "true"} | _parallelism(settings)
    return found


def encoded(json_text: str) -> str:
    """A DeepSpeed config as a value of `ACCELERATE_DEEPSPEED_CONFIG_FILE`, so that no file need exist on the worker."""
    return base64.urlsafe_b64encode(json_text.encode()).decode()


def _rows(table: Iterable[Row], settings: Mapping[str, Any]) -> dict[str, str]:
    values = ((variable, settings.get(setting, default), write) for variable, setting, default, write in table)
    return {variable: write(value) for variable, value, write in values if value is not None}


def _fp8_overrides(settings: Mapping[str, Any]) -> dict[str, str]:
    given = settings.get("fp8_override_linear_precision", (False, False, False))
    return {
        f"ACCELERATE_FP8_OVERRIDE_{name}": str(value) for name, value in zip(("FPROP", "DGRAD", "WGRAD"), given, strict=False)
    }


def _megatron(settings: Mapping[str, Any]) -> dict[str, str]:
    given = {name: value for name, value in settings.items() if name.startswith("megatron_lm_")}
    values = MEGATRON_DEFAULTS | given
    return {f"MEGATRON_LM_{name[len('megatron_lm_') :].upper()}": str(v) for name, v in values.items() if v is not None}


def _parallelism(settings: Mapping[str, Any]) -> dict[str, str]:
    found = _rows(PARALLELISM, settings)
    if int(found["PARALLELISM_CONFIG_CP_SIZE"]) > 1:
        found |= _rows(CONTEXT_PARALLEL, settings)
    if int(found["PARALLELISM_CONFIG_SP_SIZE"]) > 1:
        found |= _rows(SEQUENCE_PARALLEL, settings)
    return found
