"""What became of arguments that transformers and TRL no longer take; which release takes what is read from the releases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoneArgument:
    """A keyword that is gone: its new name if it has one, else what to do instead."""

    name: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class SwitchArgument:
    """A keyword that is gone for the value of another: that other, and its value for true and false."""

    name: str
    on: str
    off: str


GONE_ARGUMENTS = {
    "evaluation_strategy": GoneArgument("eval_strategy"),
    "use_ipex": GoneArgument(instead="it has no successor"),
    "no_cuda": GoneArgument("use_cpu"),
    "per_gpu_train_batch_size": GoneArgument("per_device_train_batch_size"),
    "per_gpu_eval_batch_size": GoneArgument("per_device_eval_batch_size"),
    "push_to_hub_token": GoneArgument("hub_token"),
    "push_to_hub_model_id": GoneArgument("hub_model_id"),
    "torchdynamo": GoneArgument("torch_compile_backend"),
    "xpu_backend": GoneArgument("ddp_backend"),
    "warmup_ratio": GoneArgument("warmup_steps"),
    "overwrite_output_dir": GoneArgument(instead="an output folder is always written into"),
    "use_mps_device": GoneArgument(instead="MPS is used wherever it is there"),
    "save_safetensors": GoneArgument(instead="checkpoints are always safetensors"),
    "fp16_backend": GoneArgument(instead="torch's own AMP is the only backend"),
    "half_precision_backend": GoneArgument(instead="torch's own AMP is the only backend"),
    "fp16_opt_level": GoneArgument(instead="Apex is no longer supported"),
    "logging_dir": GoneArgument(instead="set the environment variable TENSORBOARD_LOGGING_DIR"),
    "include_tokens_per_second": GoneArgument(instead="see include_num_input_tokens_seen"),
    "jit_mode_eval": GoneArgument(instead="it has no successor"),
    "mp_parameters": GoneArgument(instead="it has no successor"),
    "past_index": GoneArgument(instead="it has no successor"),
    "ray_scope": GoneArgument(instead="set the environment variable RAY_SCOPE"),
    "tpu_num_cores": GoneArgument(instead="it has no successor"),
    "tpu_metrics_debug": GoneArgument(instead="use debug"),
    "use_legacy_prediction_loop": GoneArgument(instead="it has no successor"),
    "push_to_hub_organization": GoneArgument(instead="name the organization in hub_model_id"),
    "sharded_ddp": GoneArgument(instead="use fsdp"),
    "fsdp_min_num_params": GoneArgument(instead="put min_num_params into fsdp_config"),
    "fsdp_transformer_layer_cls_to_wrap": GoneArgument(instead="put transformer_layer_cls_to_wrap into fsdp_config"),
}
WHEN_TRUE = {
    "adafactor": SwitchArgument("optim", '"adafactor"', '"adamw_torch_fused"'),
    "group_by_length": SwitchArgument("train_sampling_strategy", '"group_by_length"', '"random"'),
    "include_inputs_for_metrics": SwitchArgument("include_for_metrics", '["inputs"]', "[]"),
}
INSIDE = {"dispatch_batches": "accelerator_config", "split_batches": "accelerator_config"}
"""Keywords whose value is an entry of another one's dict since transformers 4."""

TRL_NAMES: dict[str, tuple[str, ...]] = {
    "cliprange": ("epsilon",),
    "config": ("args",),
    "gpu_memory_utilization": ("vllm_gpu_memory_utilization",),
    "kl_coef": ("beta",),
    "max_seq_length": ("max_length",),
    "max_target_length": ("max_completion_length",),
    "normalize_advantage": ("normalize_advantages",),
    "num_mini_batches": ("steps_per_generation",),
    "num_ppo_epochs": ("num_iterations",),
    "num_sample_generations": ("num_generations",),
    "policy": ("model",),
    "response_length": ("max_completion_length",),
    "reward_model": ("reward_funcs",),
    "reward_processing_class": ("reward_processing_classes",),
    "rloo_k": ("num_generations",),
    "torch_dtype": ("dtype",),
    "use_liger": ("use_liger_kernel",),
    "use_liger_loss": ("use_liger_kernel",),
    "use_num_logits_to_keep": ("use_logits_to_keep",),
    "use_transformers_paged": ("use_transformers_continuous_batching",),
    "vllm_guided_decoding_regex": ("vllm_structured_outputs_regex",),
    "vllm_max_model_len": ("vllm_max_model_length",),
    "wandb_log_unique_prompts": ("log_unique_prompts",),
}
"""Other names for the same, where a class of TRL takes them and not the old one."""

TRL_DROPPED = {
    "base_model_attribute_name": "the base model is found without it",
    "chars_per_token": "packing counts tokens itself",
    "dataset_batch_size": "tokenizing has its own batch size",
    "generate_during_eval": "log generations with a callback, such as LogCompletionsCallback",
    "infinite": "set max_steps or num_train_epochs",
    "is_encoder_decoder": "it is read from the model",
    "label_pad_token_id": "it is always -100",
    "max_prompt_length": "drop or shorten long prompts in the dataset",
    "num_of_sequences": "packing needs no buffer",
    "optimize_device_cache": "it has no successor",
    "padding_value": "the padding token of the tokenizer is used",
    "use_logits_to_keep": "it has no successor",
    "vllm_device": "see vllm_mode",
    "vllm_dtype": "see vllm_mode",
    "vllm_enable_prefix_caching": "see vllm_mode",
}
"""What a script of TRL can do without, and what to do instead; all else that is gone only its author can replace."""
