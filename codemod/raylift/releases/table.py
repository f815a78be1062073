"""What the releases of the libraries take; written by `python tools/argument_tables.py`, not by hand.

`READ_FROM` are the releases that were read. `ARGUMENTS` has, by the full name of a class: "" the releases that have the class,
"0.9-0.12" the arguments that those releases take (without an end: up to the newest), "**" the class that takes all others, and
"=name=default" the releases with that default. `GONE_NAMES` has the names that a package had, by its releases, and the packages
that have them now. `METHODS` are the methods of `transformers.Trainer` that got further parameters, with their parameters.
"""

from __future__ import annotations

READ_FROM: dict[str, str] = {
    "transformers": "4.30.2 4.36.2 4.40.2 4.41.2 4.45.2 4.46.3 4.47.1 4.49.0 4.52.4 4.55.4 4.57.6 5.0.0 5.4.0 5.10.4 5.16.1 5.20.2 5.23.0",
    "trl": "0.7.11 0.8.6 0.9.6 0.10.1 0.11.4 0.12.2 0.13.0 0.14.0 0.15.2 0.16.1 0.17.0 0.18.2 0.19.1 0.20.0 0.21.0 0.22.2 0.23.1 0.24.0 0.25.1 0.26.2 0.27.2 0.28.0 0.29.1 1.0.0 1.1.0 1.2.0 1.3.0 1.4.0 1.5.1 1.6.0 1.7.1 1.8.0 1.9.2 1.10.0 1.11.0 1.12.0 1.13.0 1.14.2 1.15.0 1.16.0",
    "peft": "0.4.0 0.6.2 0.8.2 0.10.0 0.12.0 0.13.2 0.14.0 0.15.2 0.16.0 0.17.1 0.18.1 0.19.1 0.20.0 0.21.2",
    "accelerate": "0.20.3 0.25.0 0.28.0 0.30.1 0.34.2 1.0.1 1.1.1 1.3.0 1.5.2 1.7.0 1.10.1 1.12.0 1.15.0",
    "sentence_transformers": "3.0.1 3.1.1 3.2.1 3.3.1 3.4.1 4.0.2 4.1.0 5.0.0 5.1.2 5.2.3 5.3.0 5.4.1 5.7.0 6.0.1 6.2.0",
    "setfit": "0.7.0 1.0.3 1.1.3 1.2.0"
}  # fmt: skip
ARGUMENTS: dict[str, dict[str, str]] = {
    "transformers.Seq2SeqTrainer": {
        "": "4.30-",
        "4.30-": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "4.30-4.45": "tokenizer",
        "4.46-": "processing_class",
        "4.49-": "compute_loss_func"
    },
    "transformers.Seq2SeqTrainingArguments": {
        "": "4.30-",
        "4.30-": "adam_beta1 adam_beta2 adam_epsilon auto_find_batch_size bf16 bf16_full_eval data_seed dataloader_drop_last dataloader_num_workers dataloader_pin_memory ddp_backend ddp_bucket_cap_mb ddp_find_unused_parameters ddp_timeout debug deepspeed disable_tqdm do_eval do_predict do_train eval_accumulation_steps eval_delay eval_steps fp16 fp16_full_eval fsdp fsdp_config full_determinism generation_config generation_max_length generation_num_beams gradient_accumulation_steps gradient_checkpointing greater_is_better hub_model_id hub_private_repo hub_strategy hub_token ignore_data_skip label_names label_smoothing_factor learning_rate length_column_name load_best_model_at_end local_rank log_level log_level_replica log_on_each_node logging_first_step logging_nan_inf_filter logging_steps logging_strategy lr_scheduler_type max_grad_norm max_steps metric_for_best_model num_train_epochs optim optim_args output_dir per_device_eval_batch_size per_device_train_batch_size predict_with_generate prediction_loss_only push_to_hub remove_unused_columns report_to resume_from_checkpoint run_name save_on_each_node save_steps save_strategy save_total_limit seed skip_memory_metrics sortish_sampler tf32 torch_compile torch_compile_backend torch_compile_mode warmup_steps weight_decay",
        "4.30-4.30": "sharded_ddp xpu_backend",
        "4.30-4.49": "evaluation_strategy",
        "4.30-4.55": "use_ipex",
        "4.30-4.57": "adafactor fp16_backend fp16_opt_level fsdp_min_num_params fsdp_transformer_layer_cls_to_wrap half_precision_backend include_inputs_for_metrics jit_mode_eval mp_parameters no_cuda overwrite_output_dir past_index per_gpu_eval_batch_size per_gpu_train_batch_size push_to_hub_model_id push_to_hub_organization push_to_hub_token ray_scope save_safetensors torchdynamo tpu_metrics_debug tpu_num_cores use_legacy_prediction_loop use_mps_device",
        "4.30-5.0": "group_by_length",
        "4.30-5.10": "logging_dir warmup_ratio",
        "4.36-": "dataloader_persistent_workers ddp_broadcast_buffers gradient_checkpointing_kwargs hub_always_push include_num_input_tokens_seen lr_scheduler_kwargs neftune_noise_alpha save_only_model use_cpu",
        "4.36-4.49": "dispatch_batches split_batches",
        "4.36-4.57": "include_tokens_per_second",
        "4.40-": "accelerator_config dataloader_prefetch_factor eval_do_concat_batches optim_target_modules",
        "4.41-": "batch_eval_metrics eval_strategy restore_callback_states_from_checkpoint",
        "4.45-": "eval_on_start eval_use_gather_object torch_empty_cache_steps use_liger_kernel",
        "4.46-": "average_tokens_across_devices include_for_metrics",
        "4.55-": "hub_revision liger_kernel_config",
        "4.57-": "parallelism_config project trackio_space_id",
        "5.0-": "enable_jit_checkpoint use_cache",
        "5.10-": "ddp_static_graph trackio_bucket_id trackio_static_space_id",
        "5.16-": "dataloader_in_order dataloader_multiprocessing_context",
        "5.23-": "activation_checkpointing activation_checkpointing_kwargs",
        "5.4-": "train_sampling_strategy",
        "=bf16=False": "4.30-",
        "=gradient_accumulation_steps=1": "4.30-",
        "=ignore_data_skip=False": "4.30-",
        "=learning_rate=5e-05": "4.30-",
        "=logging_steps=500": "4.30-",
        "=lr_scheduler_type='linear'": "4.30-",
        "=per_device_train_batch_size=8": "4.30-",
        "=remove_unused_columns=True": "4.30-",
        "=gradient_checkpointing=False": "4.30-5.20",
        "=gradient_checkpointing=None": "5.23-",
        "=train_sampling_strategy='random'": "5.4-"
    },
    "transformers.Trainer": {
        "": "4.30-",
        "4.30-": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "4.30-4.45": "tokenizer",
        "4.46-": "compute_loss_func processing_class",
        "4.47-": "optimizer_cls_and_kwargs"
    },
    "transformers.TrainingArguments": {
        "": "4.30-",
        "4.30-": "adam_beta1 adam_beta2 adam_epsilon auto_find_batch_size bf16 bf16_full_eval data_seed dataloader_drop_last dataloader_num_workers dataloader_pin_memory ddp_backend ddp_bucket_cap_mb ddp_find_unused_parameters ddp_timeout debug deepspeed disable_tqdm do_eval do_predict do_train eval_accumulation_steps eval_delay eval_steps fp16 fp16_full_eval fsdp fsdp_config full_determinism gradient_accumulation_steps gradient_checkpointing greater_is_better hub_model_id hub_private_repo hub_strategy hub_token ignore_data_skip label_names label_smoothing_factor learning_rate length_column_name load_best_model_at_end local_rank log_level log_level_replica log_on_each_node logging_first_step logging_nan_inf_filter logging_steps logging_strategy lr_scheduler_type max_grad_norm max_steps metric_for_best_model num_train_epochs optim optim_args output_dir per_device_eval_batch_size per_device_train_batch_size prediction_loss_only push_to_hub remove_unused_columns report_to resume_from_checkpoint run_name save_on_each_node save_steps save_strategy save_total_limit seed skip_memory_metrics tf32 torch_compile torch_compile_backend torch_compile_mode warmup_steps weight_decay",
        "4.30-4.30": "sharded_ddp xpu_backend",
        "4.30-4.49": "evaluation_strategy",
        "4.30-4.55": "use_ipex",
        "4.30-4.57": "adafactor fp16_backend fp16_opt_level fsdp_min_num_params fsdp_transformer_layer_cls_to_wrap half_precision_backend include_inputs_for_metrics jit_mode_eval mp_parameters no_cuda overwrite_output_dir past_index per_gpu_eval_batch_size per_gpu_train_batch_size push_to_hub_model_id push_to_hub_organization push_to_hub_token ray_scope save_safetensors torchdynamo tpu_metrics_debug tpu_num_cores use_legacy_prediction_loop use_mps_device",
        "4.30-5.0": "group_by_length",
        "4.30-5.10": "logging_dir warmup_ratio",
        "4.36-": "dataloader_persistent_workers ddp_broadcast_buffers gradient_checkpointing_kwargs hub_always_push include_num_input_tokens_seen lr_scheduler_kwargs neftune_noise_alpha save_only_model use_cpu",
        "4.36-4.49": "dispatch_batches split_batches",
        "4.36-4.57": "include_tokens_per_second",
        "4.40-": "accelerator_config dataloader_prefetch_factor eval_do_concat_batches optim_target_modules",
        "4.41-": "batch_eval_metrics eval_strategy restore_callback_states_from_checkpoint",
        "4.45-": "eval_on_start eval_use_gather_object torch_empty_cache_steps use_liger_kernel",
        "4.46-": "average_tokens_across_devices include_for_metrics",
        "4.55-": "hub_revision liger_kernel_config",
        "4.57-": "parallelism_config project trackio_space_id",
        "5.0-": "enable_jit_checkpoint use_cache",
        "5.10-": "ddp_static_graph trackio_bucket_id trackio_static_space_id",
        "5.16-": "dataloader_in_order dataloader_multiprocessing_context",
        "5.23-": "activation_checkpointing activation_checkpointing_kwargs",
        "5.4-": "train_sampling_strategy",
        "=bf16=False": "4.30-",
        "=gradient_accumulation_steps=1": "4.30-",
        "=ignore_data_skip=False": "4.30-",
        "=learning_rate=5e-05": "4.30-",
        "=logging_steps=500": "4.30-",
        "=lr_scheduler_type='linear'": "4.30-",
        "=per_device_train_batch_size=8": "4.30-",
        "=remove_unused_columns=True": "4.30-",
        "=gradient_checkpointing=False": "4.30-5.20",
        "=gradient_checkpointing=None": "5.23-",
        "=train_sampling_strategy='random'": "5.4-"
    },
    "trl.AlignPropConfig": {
        "": "0.9-0.23",
        "0.11-0.23": "log_image_freq",
        "0.12-0.23": "push_to_hub",
        "0.9-0.23": "accelerator_kwargs allow_tf32 exp_name log_with logdir mixed_precision negative_prompts num_checkpoint_limit num_epochs project_kwargs resume_from run_name sample_eta sample_guidance_scale sample_num_steps save_freq seed tracker_kwargs tracker_project_name train_adam_beta1 train_adam_beta2 train_adam_epsilon train_adam_weight_decay train_batch_size train_gradient_accumulation_steps train_learning_rate train_max_grad_norm train_use_8bit_adam truncated_backprop_rand truncated_backprop_timestep truncated_rand_backprop_minmax"
    },
    "trl.AlignPropTrainer": {
        "": "0.10-0.23",
        "0.10-0.23": "config image_samples_hook prompt_function reward_function sd_pipeline"
    },
    "trl.BCOConfig": {
        "": "0.10-0.28",
        "0.10-0.27": "label_pad_token_id max_prompt_length padding_value ref_model_init_kwargs",
        "0.10-0.28": "beta dataset_num_proc generate_during_eval is_encoder_decoder max_completion_length max_density_ratio max_length min_density_ratio model_init_kwargs precompute_ref_log_probs prompt_sample_size truncation_mode",
        "0.14-0.28": "disable_dropout",
        "0.19-0.28": "bf16 logging_steps",
        "0.22-0.28": "gradient_checkpointing",
        "0.25-0.28": "lr_scheduler_kwargs",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.BCOTrainer": {
        "": "0.10-0.28",
        "0.10-0.11": "tokenizer",
        "0.10-0.28": "args callbacks compute_metrics data_collator embedding_func embedding_tokenizer eval_dataset model model_adapter_name model_init optimizers peft_config preprocess_logits_for_metrics ref_adapter_name ref_model train_dataset",
        "0.12-0.28": "processing_class"
    },
    "trl.CPOConfig": {
        "": "0.8-0.28",
        "0.12-0.28": "learning_rate",
        "0.19-0.28": "bf16 logging_steps",
        "0.22-0.28": "alpha gradient_checkpointing",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.8-0.10": "max_target_length",
        "0.8-0.27": "label_pad_token_id max_prompt_length padding_value",
        "0.8-0.28": "beta dataset_num_proc disable_dropout generate_during_eval is_encoder_decoder label_smoothing loss_type max_completion_length max_length model_init_kwargs truncation_mode",
        "0.9-0.28": "cpo_alpha simpo_gamma",
        "**": "transformers.TrainingArguments",
        "=learning_rate=1e-06": "0.12-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.CPOTrainer": {
        "": "0.8-0.28",
        "0.12-0.28": "processing_class",
        "0.8-0.11": "tokenizer",
        "0.8-0.28": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics train_dataset"
    },
    "trl.DDPOConfig": {
        "": "0.7-0.23",
        "0.12-0.23": "push_to_hub",
        "0.7-0.23": "accelerator_kwargs allow_tf32 async_reward_computation exp_name log_with logdir max_workers mixed_precision negative_prompts num_checkpoint_limit num_epochs per_prompt_stat_tracking per_prompt_stat_tracking_buffer_size per_prompt_stat_tracking_min_count project_kwargs resume_from run_name sample_batch_size sample_eta sample_guidance_scale sample_num_batches_per_epoch sample_num_steps save_freq seed tracker_kwargs tracker_project_name train_adam_beta1 train_adam_beta2 train_adam_epsilon train_adam_weight_decay train_adv_clip_max train_batch_size train_cfg train_clip_range train_gradient_accumulation_steps train_learning_rate train_max_grad_norm train_num_inner_epochs train_timestep_fraction train_use_8bit_adam"
    },
    "trl.DDPOTrainer": {
        "": "0.7-0.23",
        "0.7-0.23": "config image_samples_hook prompt_function reward_function sd_pipeline"
    },
    "trl.DPOConfig": {
        "": "0.9-",
        "0.11-0.28": "max_completion_length",
        "0.12-": "learning_rate use_weighting",
        "0.13-": "discopop_tau precompute_ref_batch_size",
        "0.13-0.16": "use_num_logits_to_keep",
        "0.14-": "padding_free",
        "0.14-0.28": "tools",
        "0.15-0.28": "use_logits_to_keep",
        "0.18-": "ld_alpha",
        "0.19-": "bf16 logging_steps",
        "0.19-0.27": "use_liger_loss",
        "0.19-0.28": "base_model_attribute_name",
        "0.20-": "loss_weights",
        "0.22-": "gradient_checkpointing",
        "0.24-": "pad_token",
        "0.25-": "lr_scheduler_kwargs",
        "0.29-": "activation_offloading pad_to_multiple_of torch_empty_cache_steps use_liger_kernel",
        "0.9-": "beta dataset_num_proc disable_dropout f_alpha_divergence_coef f_divergence_type label_smoothing loss_type max_length model_init_kwargs precompute_ref_log_probs ref_model_mixup_alpha ref_model_sync_steps sync_ref_model truncation_mode",
        "0.9-0.13": "max_target_length",
        "0.9-0.14": "is_encoder_decoder",
        "0.9-0.25": "padding_value",
        "0.9-0.28": "force_use_ref_model generate_during_eval label_pad_token_id max_prompt_length model_adapter_name ref_adapter_name ref_model_init_kwargs reference_free rpo_alpha",
        "1.7-": "trust_remote_code",
        "1.8-": "router_aux_loss_coef",
        "**": "transformers.TrainingArguments",
        "=learning_rate=1e-06": "0.12-",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-"
    },
    "trl.DPOTrainer": {
        "": "0.7-",
        "0.12-": "processing_class",
        "0.19-0.28": "optimizer_cls_and_kwargs",
        "0.7-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config ref_model train_dataset",
        "0.7-0.11": "tokenizer",
        "0.7-0.12": "beta dataset_num_proc disable_dropout generate_during_eval is_encoder_decoder label_pad_token_id label_smoothing loss_type max_length max_prompt_length max_target_length model_adapter_name model_init_kwargs padding_value precompute_ref_log_probs ref_adapter_name ref_model_init_kwargs reference_free truncation_mode",
        "0.7-0.18": "model_init",
        "0.7-0.28": "preprocess_logits_for_metrics",
        "0.8-0.12": "force_use_ref_model",
        "1.8-": "quantization_config"
    },
    "trl.DatasetMixtureConfig": {
        "": "0.22-",
        "0.22-": "datasets streaming test_split_size"
    },
    "trl.DistillationConfig": {
        "": "1.10-",
        "1.10-": "beta bf16 cache_implementation chat_template_kwargs disable_dropout ds3_gather_for_generation generation_kwargs gradient_checkpointing learning_rate log_completions log_unique_prompts logging_steps lr_scheduler_kwargs max_completion_length min_p model_init_kwargs num_completions_to_print pad_to_multiple_of remove_unused_columns repetition_penalty shuffle_dataset teacher_model_init_kwargs teacher_model_name_or_path teacher_model_revision temperature top_k top_p torch_empty_cache_steps trust_remote_code use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.11-": "max_tool_calling_iterations",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.10-",
        "=gradient_checkpointing=True": "1.10-",
        "=learning_rate=1e-06": "1.10-",
        "=logging_steps=10": "1.10-",
        "=remove_unused_columns=False": "1.10-"
    },
    "trl.DistillationTrainer": {
        "": "1.10-",
        "1.10-": "args callbacks eval_dataset model optimizers peft_config processing_class quantization_config teacher_model train_dataset",
        "1.11-": "tools"
    },
    "trl.GKDConfig": {
        "": "0.11-0.28",
        "0.11-0.11": "neftune_noise_alpha",
        "0.11-0.17": "chars_per_token dataset_batch_size num_of_sequences use_liger",
        "0.11-0.19": "max_seq_length",
        "0.11-0.28": "beta dataset_kwargs dataset_num_proc dataset_text_field disable_dropout eval_packing lmbda max_new_tokens model_init_kwargs packing teacher_model_init_kwargs teacher_model_name_or_path temperature",
        "0.12-0.28": "learning_rate seq_kd",
        "0.16-0.28": "max_length pad_token padding_free",
        "0.17-0.28": "completion_only_loss eos_token",
        "0.18-0.28": "activation_offloading pad_to_multiple_of",
        "0.19-0.22": "average_tokens_across_devices",
        "0.19-0.28": "assistant_only_loss bf16 chat_template_path logging_steps packing_strategy",
        "0.22-0.28": "gradient_checkpointing",
        "0.23-0.28": "loss_type",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.26-0.28": "shuffle_dataset",
        "**": "transformers.TrainingArguments",
        "=learning_rate=2e-05": "0.12-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.GKDTrainer": {
        "": "0.11-0.28",
        "0.11-0.11": "chars_per_token dataset_batch_size dataset_kwargs dataset_num_proc dataset_text_field eval_packing infinite max_seq_length model_init_kwargs neftune_noise_alpha num_of_sequences packing tokenizer",
        "0.11-0.14": "model_init",
        "0.11-0.28": "args callbacks compute_metrics data_collator eval_dataset formatting_func model optimizers peft_config preprocess_logits_for_metrics teacher_model train_dataset",
        "0.12-0.28": "processing_class"
    },
    "trl.GRPOConfig": {
        "": "0.14-",
        "0.14-": "beta learning_rate max_completion_length model_init_kwargs num_generations remove_unused_columns temperature use_vllm vllm_gpu_memory_utilization",
        "0.14-0.14": "gradient_accumulation_steps per_device_train_batch_size",
        "0.14-0.17": "vllm_device",
        "0.14-0.27": "max_prompt_length",
        "0.15-": "ds3_gather_for_generation log_completions ref_model_mixup_alpha ref_model_sync_steps reward_weights sync_ref_model",
        "0.15-0.17": "vllm_dtype vllm_max_model_len",
        "0.16-": "cache_implementation epsilon epsilon_high min_p num_iterations repetition_penalty scale_rewards top_k top_p vllm_server_host vllm_server_port vllm_server_timeout",
        "0.16-0.17": "vllm_enable_prefix_caching",
        "0.16-0.27": "vllm_guided_decoding_regex",
        "0.17-": "disable_dropout loss_type mask_truncated_completions num_completions_to_print shuffle_dataset",
        "0.17-0.26": "wandb_log_unique_prompts",
        "0.17-0.27": "use_liger_loss",
        "0.18-": "delta generation_batch_size steps_per_generation vllm_mode vllm_server_base_url vllm_tensor_parallel_size",
        "0.19-": "bf16 generation_kwargs logging_steps",
        "0.20-": "importance_sampling_level top_entropy_quantile use_transformers_paged",
        "0.21-": "vllm_model_impl",
        "0.22-": "gradient_checkpointing",
        "0.23-": "vllm_enable_sleep_mode vllm_importance_sampling_cap vllm_importance_sampling_correction",
        "0.25-": "cast_lm_head_to_fp32 chat_template_kwargs lr_scheduler_kwargs",
        "0.26-": "log_unique_prompts num_generations_eval sapo_temperature_neg sapo_temperature_pos use_bias_correction_kl vllm_importance_sampling_mode vllm_max_model_length",
        "0.27-": "max_tool_calling_iterations multi_objective_aggregation off_policy_mask_threshold vllm_group_port vllm_structured_outputs_regex",
        "0.28-": "log_completions_hub_repo",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.0-": "pad_to_multiple_of vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos",
        "1.6-": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "1.8-": "entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min entropy_target use_adaptive_entropy",
        "1.9-": "log_multimodal",
        "**": "transformers.TrainingArguments",
        "=learning_rate=1e-06": "0.14-",
        "=remove_unused_columns=False": "0.14-",
        "=gradient_accumulation_steps=8": "0.14-0.14",
        "=per_device_train_batch_size=1": "0.14-0.14",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-"
    },
    "trl.GRPOTrainer": {
        "": "0.14-",
        "0.14-": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset",
        "0.25-": "rollout_func",
        "0.26-": "tools",
        "0.29-": "environment_factory",
        "1.8-": "quantization_config"
    },
    "trl.IterativeSFTConfig": {
        "": "0.18-0.23",
        "0.18-0.23": "max_length model_init_kwargs optimize_device_cache truncation_mode",
        "0.19-0.23": "bf16 logging_steps",
        "0.22-0.23": "gradient_checkpointing",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.19-0.23",
        "=logging_steps=10": "0.19-0.23",
        "=gradient_checkpointing=True": "0.22-0.23"
    },
    "trl.IterativeSFTTrainer": {
        "": "0.7-0.23",
        "0.12-0.23": "processing_class",
        "0.7-0.11": "tokenizer",
        "0.7-0.19": "max_length optimize_device_cache truncation_mode",
        "0.7-0.23": "args compute_metrics data_collator eval_dataset model optimizers preprocess_logits_for_metrics"
    },
    "trl.KTOConfig": {
        "": "0.8-",
        "0.11-": "learning_rate",
        "0.12-": "disable_dropout",
        "0.17-0.27": "base_model_attribute_name use_liger_loss",
        "0.19-": "bf16 logging_steps",
        "0.22-": "gradient_checkpointing",
        "0.25-": "lr_scheduler_kwargs",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "0.8-": "beta dataset_num_proc desirable_weight max_length model_init_kwargs precompute_ref_log_probs undesirable_weight",
        "0.8-0.26": "is_encoder_decoder max_completion_length max_prompt_length truncation_mode",
        "0.8-0.27": "label_pad_token_id padding_value ref_model_init_kwargs",
        "0.8-1.1": "generate_during_eval",
        "0.9-0.9": "max_density_ratio min_density_ratio prompt_sample_size",
        "0.9-0.9 0.11-": "loss_type",
        "1.2-": "precompute_ref_batch_size",
        "1.6-": "activation_offloading train_sampling_strategy",
        "1.7-": "pad_to_multiple_of ref_model_mixup_alpha ref_model_sync_steps sync_ref_model trust_remote_code",
        "1.8-": "router_aux_loss_coef",
        "**": "transformers.TrainingArguments",
        "=learning_rate=5e-07": "0.11-0.11",
        "=learning_rate=1e-06": "0.12-",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-",
        "=train_sampling_strategy='sequential'": "1.6-"
    },
    "trl.KTOTrainer": {
        "": "0.8-",
        "0.12-": "processing_class",
        "0.8-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config ref_model train_dataset",
        "0.8-0.11": "tokenizer",
        "0.8-1.1": "model_adapter_name ref_adapter_name",
        "0.8-1.3": "model_init preprocess_logits_for_metrics",
        "0.9-0.9": "embedding_func embedding_tokenizer",
        "1.8-": "quantization_config"
    },
    "trl.ModelConfig": {
        "": "0.7-",
        "0.10-": "use_rslora",
        "0.16-": "use_dora",
        "0.21-": "lora_target_parameters",
        "0.23-": "dtype",
        "0.26-": "bnb_4bit_quant_storage",
        "0.7-": "attn_implementation bnb_4bit_quant_type load_in_4bit load_in_8bit lora_alpha lora_dropout lora_modules_to_save lora_r lora_target_modules model_name_or_path model_revision use_bnb_nested_quant use_peft",
        "0.7-0.26": "torch_dtype",
        "0.7-1.6": "trust_remote_code",
        "0.8-": "lora_task_type"
    },
    "trl.NashMDConfig": {
        "": "0.11-0.28",
        "0.11-0.24": "dataset_num_proc",
        "0.11-0.28": "beta disable_dropout learning_rate loss_type max_new_tokens missing_eos_penalty mixture_coef reward_model_path temperature",
        "0.12-0.28": "judge",
        "0.14-0.28": "ds3_gather_for_generation max_length use_vllm",
        "0.17-0.24": "gpu_memory_utilization",
        "0.19-0.28": "bf16 logging_steps",
        "0.20-0.28": "model_init_kwargs",
        "0.21-0.28": "vllm_model_impl",
        "0.22-0.28": "gradient_checkpointing",
        "0.23-0.26": "vllm_guided_decoding_regex",
        "0.23-0.28": "cache_implementation generation_kwargs min_p repetition_penalty reward_weights top_k top_p use_transformers_paged vllm_gpu_memory_utilization vllm_mode vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.27-0.28": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-0.28": "vllm_enable_sleep_mode",
        "**": "transformers.TrainingArguments",
        "=learning_rate=5e-07": "0.11-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.NashMDTrainer": {
        "": "0.11-0.28",
        "0.11-0.11": "tokenizer",
        "0.11-0.24": "reward_model",
        "0.11-0.28": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics ref_model train_dataset",
        "0.12-0.28": "judge processing_class",
        "0.23-0.28": "reward_funcs"
    },
    "trl.ORPOConfig": {
        "": "0.8-0.28",
        "0.12-0.28": "learning_rate",
        "0.19-0.28": "bf16 logging_steps",
        "0.22-0.28": "gradient_checkpointing",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.8-0.27": "label_pad_token_id max_prompt_length",
        "0.8-0.28": "beta dataset_num_proc disable_dropout generate_during_eval is_encoder_decoder max_completion_length max_length model_init_kwargs padding_value truncation_mode",
        "**": "transformers.TrainingArguments",
        "=learning_rate=1e-06": "0.12-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.ORPOTrainer": {
        "": "0.8-0.28",
        "0.12-0.28": "processing_class",
        "0.8-0.11": "tokenizer",
        "0.8-0.28": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics train_dataset"
    },
    "trl.OnlineDPOConfig": {
        "": "0.10-0.28",
        "0.10-0.24": "dataset_num_proc",
        "0.10-0.28": "beta loss_type max_new_tokens missing_eos_penalty reward_model_path temperature",
        "0.11-0.28": "disable_dropout learning_rate",
        "0.12-0.28": "judge",
        "0.14-0.28": "ds3_gather_for_generation max_length use_vllm",
        "0.17-0.24": "gpu_memory_utilization",
        "0.19-0.28": "bf16 logging_steps",
        "0.20-0.28": "model_init_kwargs",
        "0.21-0.28": "vllm_model_impl",
        "0.22-0.28": "gradient_checkpointing",
        "0.23-0.26": "vllm_guided_decoding_regex",
        "0.23-0.28": "cache_implementation generation_kwargs min_p repetition_penalty reward_weights top_k top_p use_transformers_paged vllm_gpu_memory_utilization vllm_mode vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.27-0.28": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-0.28": "vllm_enable_sleep_mode",
        "**": "transformers.TrainingArguments",
        "=learning_rate=5e-07": "0.11-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.OnlineDPOTrainer": {
        "": "0.10-0.28",
        "0.10-0.10": "model_init",
        "0.10-0.11": "tokenizer",
        "0.10-0.24": "reward_model",
        "0.10-0.28": "args callbacks compute_metrics data_collator eval_dataset judge model optimizers preprocess_logits_for_metrics ref_model train_dataset",
        "0.11-0.28": "peft_config",
        "0.12-0.24": "reward_processing_class",
        "0.12-0.28": "processing_class",
        "0.23-0.28": "reward_funcs reward_processing_classes"
    },
    "trl.PPOConfig": {
        "": "0.7-0.28",
        "0.10-0.28": "dataset_num_proc",
        "0.12-0.27": "run_name",
        "0.12-0.28": "kl_coef local_batch_size local_mini_batch_size local_rollout_forward_batch_size micro_batch_size missing_eos_penalty num_mini_batches num_ppo_epochs num_sample_generations num_total_batches push_to_hub response_length reward_model_path sft_model_path stop_token stop_token_id temperature total_episodes",
        "0.13-0.28": "model_adapter_name ref_adapter_name",
        "0.14-0.28": "ds3_gather_for_generation",
        "0.17-0.28": "kl_estimator",
        "0.19-0.28": "bf16 logging_steps",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.7-0.11": "accelerator_kwargs adap_kl_ctrl backward_batch_size compare_steps early_stopping forward_batch_size global_backward_batch_size global_batch_size gradient_accumulation_steps horizon init_kl_coef is_encoder_decoder is_peft_model kl_penalty learning_rate log_with max_grad_norm model_name optimize_cuda_cache optimize_device_cache ppo_epochs project_kwargs push_to_hub_if_best_kwargs query_dataset ratio_threshold remove_unused_columns reward_model score_clip seed steps target target_kl task_name tracker_kwargs tracker_project_name use_score_norm use_score_scaling",
        "0.7-0.27": "exp_name",
        "0.7-0.28": "batch_size cliprange cliprange_value gamma lam mini_batch_size vf_coef whiten_rewards world_size",
        "0.9-0.11 0.22-0.28": "gradient_checkpointing",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28",
        "=gradient_accumulation_steps=1": "0.7-0.11",
        "=learning_rate=1.41e-05": "0.7-0.11",
        "=remove_unused_columns=True": "0.7-0.11",
        "=gradient_checkpointing=False": "0.9-0.11"
    },
    "trl.PPOTrainer": {
        "": "0.7-0.28",
        "0.12-0.12": "policy ref_policy",
        "0.12-0.28": "callbacks eval_dataset optimizers processing_class reward_model train_dataset value_model",
        "0.13-0.28": "args peft_config",
        "0.7-0.11": "dataset lr_scheduler num_shared_layers optimizer tokenizer",
        "0.7-0.11 0.13-0.28": "model ref_model",
        "0.7-0.12": "config",
        "0.7-0.28": "data_collator",
        "0.9-0.11": "training_data_collator"
    },
    "trl.PPOv2Config": {
        "": "0.11-0.12",
        "0.11-0.12": "batch_size cliprange cliprange_value dataset_num_proc exp_name gamma kl_coef lam local_batch_size local_mini_batch_size local_rollout_forward_batch_size micro_batch_size mini_batch_size missing_eos_penalty num_mini_batches num_ppo_epochs num_sample_generations num_total_batches response_length reward_model_path run_name sft_model_path stop_token stop_token_id temperature total_episodes vf_coef whiten_rewards world_size",
        "0.12-0.12": "push_to_hub",
        "**": "transformers.TrainingArguments"
    },
    "trl.PPOv2Trainer": {
        "": "0.11-0.12",
        "0.11-0.11": "tokenizer",
        "0.11-0.12": "callbacks config data_collator eval_dataset optimizers policy ref_policy reward_model train_dataset value_model",
        "0.12-0.12": "processing_class"
    },
    "trl.PRMConfig": {
        "": "0.13-0.28",
        "0.13-0.28": "dataset_num_proc learning_rate max_completion_length max_length step_separator train_on_last_step_only",
        "0.14-0.27": "max_prompt_length",
        "0.14-0.28": "disable_dropout",
        "0.19-0.22": "average_tokens_across_devices",
        "0.19-0.28": "bf16 logging_steps",
        "0.22-0.28": "gradient_checkpointing",
        "0.25-0.25": "lr_scheduler_kwargs",
        "**": "transformers.TrainingArguments",
        "=learning_rate=1e-05": "0.13-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.PRMTrainer": {
        "": "0.13-0.28",
        "0.13-0.28": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics processing_class train_dataset"
    },
    "trl.RLOOConfig": {
        "": "0.11-",
        "0.11-": "temperature",
        "0.11-0.21": "batch_size local_batch_size local_mini_batch_size micro_batch_size mini_batch_size num_total_batches reward_model_path run_name sft_model_path whiten_rewards world_size",
        "0.11-0.24": "cliprange dataset_num_proc exp_name kl_coef local_rollout_forward_batch_size missing_eos_penalty num_mini_batches num_ppo_epochs num_sample_generations response_length rloo_k stop_token stop_token_id total_episodes",
        "0.12-0.21": "push_to_hub",
        "0.14-": "ds3_gather_for_generation reward_clip_range",
        "0.14-0.21": "normalize_advantage",
        "0.14-0.24": "normalize_reward token_level_kl",
        "0.19-": "bf16 logging_steps",
        "0.22-": "beta cache_implementation disable_dropout epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing learning_rate log_completions mask_truncated_completions max_completion_length min_p model_init_kwargs normalize_advantages num_completions_to_print num_generations num_iterations ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights shuffle_dataset steps_per_generation sync_ref_model top_k top_p use_transformers_paged use_vllm vllm_gpu_memory_utilization vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.22-0.26": "wandb_log_unique_prompts",
        "0.22-0.27": "vllm_guided_decoding_regex",
        "0.22-0.28": "max_prompt_length",
        "0.24-": "vllm_enable_sleep_mode",
        "0.25-": "chat_template_kwargs lr_scheduler_kwargs",
        "0.26-": "log_unique_prompts num_generations_eval",
        "0.27-": "vllm_group_port vllm_max_model_length vllm_structured_outputs_regex",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.0-": "pad_to_multiple_of",
        "1.7-": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "1.9-": "log_multimodal",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-",
        "=learning_rate=1e-06": "0.22-",
        "=remove_unused_columns=False": "0.22-"
    },
    "trl.RLOOTrainer": {
        "": "0.11-",
        "0.11-": "callbacks eval_dataset optimizers train_dataset",
        "0.11-0.11": "tokenizer",
        "0.11-0.24": "config data_collator policy ref_policy reward_model",
        "0.12-": "processing_class",
        "0.22-": "args model peft_config reward_funcs reward_processing_classes",
        "1.8-": "quantization_config"
    },
    "trl.RewardConfig": {
        "": "0.7-",
        "0.10-": "center_rewards_coefficient dataset_num_proc",
        "0.12-0.23": "remove_unused_columns",
        "0.14-": "disable_dropout",
        "0.19-": "bf16 logging_steps",
        "0.19-0.22": "average_tokens_across_devices",
        "0.22-": "gradient_checkpointing",
        "0.24-": "activation_offloading chat_template_path eos_token learning_rate model_init_kwargs pad_to_multiple_of pad_token",
        "0.25-": "lr_scheduler_kwargs",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "0.7-": "max_length",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=remove_unused_columns=False": "0.12-0.23",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-",
        "=learning_rate=0.0001": "0.24-"
    },
    "trl.RewardTrainer": {
        "": "0.7-",
        "0.12-": "processing_class",
        "0.24-": "optimizer_cls_and_kwargs",
        "0.7-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics train_dataset",
        "0.7-0.11": "tokenizer",
        "0.7-0.13": "max_length",
        "0.7-0.23": "model_init",
        "1.8-": "quantization_config"
    },
    "trl.SFTConfig": {
        "": "0.9-",
        "0.10-0.17": "use_liger",
        "0.12-": "learning_rate",
        "0.16-": "max_length pad_token padding_free",
        "0.17-": "completion_only_loss eos_token",
        "0.18-": "activation_offloading pad_to_multiple_of",
        "0.19-": "assistant_only_loss bf16 chat_template_path logging_steps packing_strategy",
        "0.19-0.22": "average_tokens_across_devices",
        "0.22-": "gradient_checkpointing",
        "0.23-": "loss_type",
        "0.25-": "lr_scheduler_kwargs",
        "0.26-": "shuffle_dataset",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "0.9-": "dataset_kwargs dataset_num_proc dataset_text_field eval_packing model_init_kwargs packing",
        "0.9-0.11": "neftune_noise_alpha",
        "0.9-0.17": "chars_per_token dataset_batch_size num_of_sequences",
        "0.9-0.19": "max_seq_length",
        "1.0-": "truncation_mode",
        "1.7-": "router_aux_loss_coef trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=learning_rate=2e-05": "0.12-",
        "=bf16=None": "0.19-",
        "=logging_steps=10": "0.19-",
        "=gradient_checkpointing=True": "0.22-"
    },
    "trl.SFTTrainer": {
        "": "0.7-",
        "0.12-": "processing_class",
        "0.15-": "compute_loss_func optimizer_cls_and_kwargs",
        "0.7-": "args callbacks compute_metrics data_collator eval_dataset formatting_func model optimizers peft_config preprocess_logits_for_metrics train_dataset",
        "0.7-0.11": "tokenizer",
        "0.7-0.12": "chars_per_token dataset_batch_size dataset_kwargs dataset_num_proc dataset_text_field infinite max_seq_length model_init_kwargs neftune_noise_alpha num_of_sequences packing",
        "0.7-0.14": "model_init",
        "0.8-0.12": "eval_packing",
        "1.8-": "quantization_config"
    },
    "trl.XPOConfig": {
        "": "0.11-0.28",
        "0.11-0.24": "dataset_num_proc",
        "0.11-0.28": "alpha beta disable_dropout learning_rate loss_type max_new_tokens missing_eos_penalty reward_model_path temperature",
        "0.12-0.28": "judge",
        "0.14-0.28": "ds3_gather_for_generation max_length use_vllm",
        "0.17-0.24": "gpu_memory_utilization",
        "0.19-0.28": "bf16 logging_steps",
        "0.20-0.28": "model_init_kwargs",
        "0.21-0.28": "vllm_model_impl",
        "0.22-0.28": "gradient_checkpointing",
        "0.23-0.26": "vllm_guided_decoding_regex",
        "0.23-0.28": "cache_implementation generation_kwargs min_p repetition_penalty reward_weights top_k top_p use_transformers_paged vllm_gpu_memory_utilization vllm_mode vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.25-0.28": "lr_scheduler_kwargs",
        "0.27-0.28": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-0.28": "vllm_enable_sleep_mode",
        "**": "transformers.TrainingArguments",
        "=learning_rate=5e-07": "0.11-0.28",
        "=bf16=None": "0.19-0.28",
        "=logging_steps=10": "0.19-0.28",
        "=gradient_checkpointing=True": "0.22-0.28"
    },
    "trl.XPOTrainer": {
        "": "0.11-0.28",
        "0.11-0.11": "tokenizer",
        "0.11-0.24": "reward_model",
        "0.11-0.28": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics ref_model train_dataset",
        "0.12-0.28": "judge processing_class",
        "0.23-0.28": "reward_funcs reward_processing_classes"
    },
    "trl.experimental.a2po.A2POConfig": {
        "": "1.6-",
        "1.6-": "beta1 beta2 bf16 filter_all_incorrect gradient_checkpointing logging_steps lr_scheduler_kwargs max_completion_length max_prompt_length model_init_kwargs num_value_samples remove_unused_columns reward_weights temperature top_k top_p torch_empty_cache_steps use_liger_kernel",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.6-",
        "=gradient_checkpointing=True": "1.6-",
        "=logging_steps=10": "1.6-",
        "=remove_unused_columns=False": "1.6-"
    },
    "trl.experimental.a2po.A2POTrainer": {
        "": "1.6-",
        "1.6-": "args callbacks eval_dataset model optimizers processing_class reward_funcs train_dataset"
    },
    "trl.experimental.async_distillation.AsyncDistillationConfig": {
        "": "1.11-",
        "1.11-": "add_tail_bucket beta bf16 chat_template_kwargs gradient_checkpointing heartbeat_stale_after_s learning_rate log_completions log_completions_steps logging_steps lr_scheduler_kwargs max_completion_length max_inflight_tasks max_staleness min_p model_init_kwargs num_completions_to_print queue_maxsize repetition_penalty request_timeout teacher_server_urls teacher_temperature teacher_top_k temperature token_budget top_k top_p torch_empty_cache_steps trust_remote_code use_liger_kernel vllm_server_base_url vllm_server_timeout weight_sync_steps",
        "1.13-": "dtype ignore_data_skip weight_sync_timeout",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.11-",
        "=gradient_checkpointing=True": "1.11-",
        "=learning_rate=1e-06": "1.11-",
        "=logging_steps=1": "1.11-",
        "=ignore_data_skip=True": "1.13-"
    },
    "trl.experimental.async_distillation.AsyncDistillationTrainer": {
        "": "1.11-",
        "1.11-": "args callbacks model optimizers processing_class rollout_worker train_dataset weight_transfer",
        "1.15-": "peft_config"
    },
    "trl.experimental.async_grpo.AsyncGRPOConfig": {
        "": "1.0-",
        "1.0-": "bf16 chat_template_kwargs epsilon epsilon_high gradient_checkpointing learning_rate log_completions logging_steps lr_scheduler_kwargs max_completion_length max_inflight_tasks max_staleness max_tool_calling_iterations num_completions_to_print num_generations queue_maxsize request_timeout temperature torch_empty_cache_steps use_liger_kernel vllm_server_base_url vllm_server_timeout weight_sync_steps",
        "1.10-": "min_p repetition_penalty top_k top_p",
        "1.11-": "dtype ignore_data_skip",
        "1.13-": "weight_sync_timeout",
        "1.6-": "heartbeat_stale_after_s",
        "1.7-": "model_init_kwargs router_aux_loss_coef trust_remote_code",
        "1.8-": "token_budget",
        "1.9-": "fork_threshold_tokens lr_scheduler_type",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.0-",
        "=gradient_checkpointing=True": "1.0-",
        "=learning_rate=1e-06": "1.0-",
        "=logging_steps=1": "1.0-",
        "=ignore_data_skip=True": "1.11-",
        "=lr_scheduler_type='constant'": "1.9-"
    },
    "trl.experimental.async_grpo.AsyncGRPOTrainer": {
        "": "1.0-",
        "1.0-": "args callbacks environment_factory model optimizers processing_class reward_funcs rollout_worker tools train_dataset",
        "1.14-": "peft_config",
        "1.9-": "weight_transfer"
    },
    "trl.experimental.bco.BCOConfig": {
        "": "0.25-1.13",
        "0.25-0.27": "label_pad_token_id max_prompt_length padding_value ref_model_init_kwargs",
        "0.25-0.29": "truncation_mode",
        "0.25-1.13": "beta bf16 dataset_num_proc disable_dropout generate_during_eval gradient_checkpointing is_encoder_decoder logging_steps lr_scheduler_kwargs max_completion_length max_density_ratio max_length min_density_ratio model_init_kwargs precompute_ref_log_probs prompt_sample_size",
        "0.29-1.13": "learning_rate torch_empty_cache_steps use_liger_kernel",
        "1.7-1.13": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.25-1.13",
        "=gradient_checkpointing=True": "0.25-1.13",
        "=logging_steps=10": "0.25-1.13",
        "=learning_rate=5e-07": "0.29-1.13"
    },
    "trl.experimental.bco.BCOTrainer": {
        "": "0.25-1.13",
        "0.25-1.13": "args callbacks compute_metrics data_collator embedding_func embedding_tokenizer eval_dataset model model_adapter_name model_init optimizers peft_config preprocess_logits_for_metrics processing_class ref_adapter_name ref_model train_dataset"
    },
    "trl.experimental.bema_for_ref_model.DPOTrainer": {
        "": "0.24-",
        "0.24-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config processing_class ref_model train_dataset",
        "0.24-0.28": "optimizer_cls_and_kwargs preprocess_logits_for_metrics",
        "1.8-": "quantization_config"
    },
    "trl.experimental.cpo.CPOConfig": {
        "": "0.26-",
        "0.26-": "alpha beta bf16 cpo_alpha dataset_num_proc disable_dropout generate_during_eval gradient_checkpointing is_encoder_decoder label_smoothing learning_rate logging_steps loss_type lr_scheduler_kwargs max_completion_length max_length model_init_kwargs simpo_gamma",
        "0.26-0.27": "label_pad_token_id max_prompt_length padding_value",
        "0.26-0.29": "truncation_mode",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-",
        "=gradient_checkpointing=True": "0.26-",
        "=learning_rate=1e-06": "0.26-",
        "=logging_steps=10": "0.26-"
    },
    "trl.experimental.cpo.CPOTrainer": {
        "": "0.26-",
        "0.26-": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics processing_class train_dataset"
    },
    "trl.experimental.distillation.DistillationConfig": {
        "": "1.1-",
        "1.1-": "beta bf16 disable_dropout gradient_checkpointing learning_rate log_completions logging_steps lr_scheduler_kwargs max_completion_length model_init_kwargs num_completions_to_print teacher_model_init_kwargs teacher_model_name_or_path teacher_model_revision temperature top_k top_p torch_empty_cache_steps use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.1-1.6": "wandb_entity wandb_project wandb_run_group",
        "1.1-1.8": "lmbda loss_add_tail loss_top_k reverse_kl_top_1_mode teacher_model_server_url use_teacher_server",
        "1.1-1.9": "generation_batch_size log_completions_steps max_length max_prompt_length num_generations vllm_sync_frequency",
        "1.10-": "cache_implementation chat_template_kwargs ds3_gather_for_generation generation_kwargs log_unique_prompts min_p pad_to_multiple_of remove_unused_columns repetition_penalty shuffle_dataset",
        "1.11-": "max_tool_calling_iterations",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.1-",
        "=gradient_checkpointing=True": "1.1-",
        "=learning_rate=1e-06": "1.1-",
        "=logging_steps=10": "1.1-",
        "=remove_unused_columns=False": "1.10-"
    },
    "trl.experimental.distillation.DistillationTrainer": {
        "": "1.1-",
        "1.1-": "args callbacks eval_dataset model optimizers peft_config processing_class teacher_model train_dataset",
        "1.1-1.9": "compute_metrics data_collator preprocess_logits_for_metrics",
        "1.10-": "quantization_config",
        "1.11-": "tools"
    },
    "trl.experimental.distillation._DistillationConfig": {
        "": "1.10-",
        "1.10-": "beta bf16 cache_implementation chat_template_kwargs disable_dropout ds3_gather_for_generation generation_kwargs gradient_checkpointing learning_rate log_completions log_unique_prompts logging_steps lr_scheduler_kwargs max_completion_length min_p model_init_kwargs num_completions_to_print pad_to_multiple_of remove_unused_columns repetition_penalty shuffle_dataset teacher_model_init_kwargs teacher_model_name_or_path teacher_model_revision temperature top_k top_p torch_empty_cache_steps trust_remote_code use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.11-": "max_tool_calling_iterations",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.10-",
        "=gradient_checkpointing=True": "1.10-",
        "=learning_rate=1e-06": "1.10-",
        "=logging_steps=10": "1.10-",
        "=remove_unused_columns=False": "1.10-"
    },
    "trl.experimental.distillation._DistillationTrainer": {
        "": "1.10-",
        "1.10-": "args callbacks eval_dataset model optimizers peft_config processing_class quantization_config teacher_model train_dataset",
        "1.11-": "tools"
    },
    "trl.experimental.dppo.DPPOConfig": {
        "": "1.0-1.8",
        "1.0-1.8": "beta bf16 cache_implementation cast_lm_head_to_fp32 chat_template_kwargs clip_ratio_c delta disable_dropout divergence_topk divergence_type ds3_gather_for_generation epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level learning_rate log_completions log_completions_hub_repo log_unique_prompts logging_steps loss_type lr_scheduler_kwargs mask_truncated_completions max_completion_length max_tool_calling_iterations min_p model_init_kwargs multi_objective_aggregation num_completions_to_print num_generations num_generations_eval num_iterations off_policy_mask_threshold pad_to_multiple_of ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights sapo_temperature_neg sapo_temperature_pos scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p torch_empty_cache_steps use_bias_correction_kl use_liger_kernel use_transformers_paged use_vllm vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_importance_sampling_cap vllm_importance_sampling_correction vllm_importance_sampling_mode vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.6-1.8": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-1.8": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "1.8-1.8": "entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min entropy_target use_adaptive_entropy",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.0-1.8",
        "=gradient_checkpointing=True": "1.0-1.8",
        "=learning_rate=1e-06": "1.0-1.8",
        "=logging_steps=10": "1.0-1.8",
        "=remove_unused_columns=False": "1.0-1.8"
    },
    "trl.experimental.dppo.DPPOTrainer": {
        "": "1.0-1.8",
        "1.0-1.8": "args callbacks environment_factory eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes rollout_func tools train_dataset"
    },
    "trl.experimental.gfpo.GFPOConfig": {
        "": "0.24-1.7",
        "0.24-0.26": "wandb_log_unique_prompts",
        "0.24-0.27": "max_prompt_length use_liger_loss vllm_guided_decoding_regex",
        "0.24-1.7": "beta bf16 cache_implementation delta disable_dropout ds3_gather_for_generation epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level learning_rate log_completions logging_steps loss_type mask_truncated_completions max_completion_length min_p model_init_kwargs num_completions_to_print num_generations num_iterations num_remains_in_group ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p use_transformers_paged use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_importance_sampling_cap vllm_importance_sampling_correction vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.25-1.7": "cast_lm_head_to_fp32 chat_template_kwargs lr_scheduler_kwargs",
        "0.26-1.7": "log_unique_prompts num_generations_eval sapo_temperature_neg sapo_temperature_pos use_bias_correction_kl vllm_importance_sampling_mode vllm_max_model_length",
        "0.27-1.7": "max_tool_calling_iterations multi_objective_aggregation off_policy_mask_threshold vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.7": "log_completions_hub_repo",
        "0.29-1.7": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.7": "pad_to_multiple_of vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos",
        "1.6-1.7": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-1.7": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.24-1.7",
        "=gradient_checkpointing=True": "0.24-1.7",
        "=learning_rate=1e-06": "0.24-1.7",
        "=logging_steps=10": "0.24-1.7",
        "=remove_unused_columns=False": "0.24-1.7"
    },
    "trl.experimental.gfpo.GFPOTrainer": {
        "": "0.24-1.7",
        "0.24-1.7": "args callbacks eval_dataset group_filter_func model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset"
    },
    "trl.experimental.gkd.GKDConfig": {
        "": "0.26-",
        "0.26-": "activation_offloading assistant_only_loss beta bf16 chat_template_path completion_only_loss dataset_kwargs dataset_num_proc dataset_text_field disable_dropout eos_token eval_packing gradient_checkpointing learning_rate lmbda logging_steps loss_type lr_scheduler_kwargs max_length max_new_tokens model_init_kwargs packing packing_strategy pad_to_multiple_of pad_token padding_free seq_kd shuffle_dataset teacher_model_init_kwargs teacher_model_name_or_path temperature",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.0-": "truncation_mode",
        "1.7-": "router_aux_loss_coef trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-",
        "=gradient_checkpointing=True": "0.26-",
        "=learning_rate=2e-05": "0.26-",
        "=logging_steps=10": "0.26-"
    },
    "trl.experimental.gkd.GKDTrainer": {
        "": "0.26-",
        "0.26-": "args callbacks compute_metrics data_collator eval_dataset formatting_func model optimizers peft_config preprocess_logits_for_metrics processing_class teacher_model train_dataset"
    },
    "trl.experimental.gmpo.GMPOConfig": {
        "": "1.7-",
        "1.7-": "beta bf16 cache_implementation cast_lm_head_to_fp32 chat_template_kwargs delta disable_dropout ds3_gather_for_generation epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level learning_rate log_completions log_completions_hub_repo log_unique_prompts logging_steps loss_type lr_scheduler_kwargs mask_truncated_completions max_completion_length max_tool_calling_iterations min_p model_init_kwargs multi_objective_aggregation num_completions_to_print num_generations num_generations_eval num_iterations off_policy_mask_threshold pad_to_multiple_of ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights router_aux_loss_coef sapo_temperature_neg sapo_temperature_pos scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p torch_empty_cache_steps transformers_continuous_batching_config trust_remote_code use_bias_correction_kl use_liger_kernel use_transformers_continuous_batching use_transformers_paged use_vllm vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_importance_sampling_cap vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min vllm_importance_sampling_correction vllm_importance_sampling_mode vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.8-": "entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min entropy_target use_adaptive_entropy",
        "1.9-": "log_multimodal",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.7-",
        "=gradient_checkpointing=True": "1.7-",
        "=learning_rate=1e-06": "1.7-",
        "=logging_steps=10": "1.7-",
        "=remove_unused_columns=False": "1.7-"
    },
    "trl.experimental.gmpo.GMPOTrainer": {
        "": "1.7-",
        "1.7-": "args callbacks environment_factory eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes rollout_func tools train_dataset",
        "1.8-": "quantization_config"
    },
    "trl.experimental.gold.GOLDConfig": {
        "": "0.25-",
        "0.25-": "activation_offloading assistant_only_loss beta bf16 callbacks chat_template_path completion_only_loss dataset_kwargs dataset_num_proc dataset_text_field disable_dropout eos_token eval_packing gradient_checkpointing learning_rate lmbda log_completions log_completions_steps logging_steps loss_type lr_scheduler_kwargs max_completion_length max_length model_init_kwargs num_completions_to_print packing packing_strategy pad_to_multiple_of pad_token padding_free seq_kd teacher_model_init_kwargs teacher_model_name_or_path teacher_tokenizer_name_or_path temperature top_k top_p uld_crossentropy_weight uld_distillation_weight uld_hybrid_matched_weight uld_hybrid_unmatched_weight uld_skip_student_eos uld_skip_teacher_eos uld_student_temperature uld_teacher_temperature uld_use_hybrid_loss use_extended_uld use_uld_loss use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_mode vllm_server_host vllm_server_port vllm_server_timeout vllm_sync_frequency vllm_tensor_parallel_size wandb_log_unique_prompts",
        "0.25-0.26": "vllm_guided_decoding_regex",
        "0.25-0.29": "steps_per_generation student_model_revision trl_project",
        "0.25-1.1": "use_transformers_paged",
        "0.25-1.6": "hub_model_revision overwrite_hub_revision push_to_hub_revision wandb_entity wandb_project wandb_run_group",
        "0.26-": "shuffle_dataset",
        "0.27-": "vllm_structured_outputs_regex",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.0-": "generation_batch_size num_generations teacher_model_revision truncation_mode vllm_group_port vllm_max_model_length vllm_model_impl vllm_server_base_url",
        "1.7-": "router_aux_loss_coef trust_remote_code",
        "1.8-": "uld_token_merge_strategy",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.25-",
        "=gradient_checkpointing=True": "0.25-",
        "=learning_rate=1e-07": "0.25-",
        "=logging_steps=10": "0.25-"
    },
    "trl.experimental.gold.GOLDTrainer": {
        "": "0.25-",
        "0.25-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics processing_class teacher_model train_dataset"
    },
    "trl.experimental.grpo_with_replay_buffer.GRPOWithReplayBufferConfig": {
        "": "0.24-1.13",
        "0.24-0.26": "wandb_log_unique_prompts",
        "0.24-0.27": "max_prompt_length use_liger_loss vllm_guided_decoding_regex",
        "0.24-1.13": "beta bf16 cache_implementation delta disable_dropout ds3_gather_for_generation epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level learning_rate log_completions logging_steps loss_type mask_truncated_completions max_completion_length min_p model_init_kwargs num_completions_to_print num_generations num_iterations ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty replay_buffer_size reward_weights scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p use_transformers_paged use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_importance_sampling_cap vllm_importance_sampling_correction vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.25-1.13": "cast_lm_head_to_fp32 chat_template_kwargs lr_scheduler_kwargs",
        "0.26-1.13": "log_unique_prompts num_generations_eval sapo_temperature_neg sapo_temperature_pos use_bias_correction_kl vllm_importance_sampling_mode vllm_max_model_length",
        "0.27-1.13": "max_tool_calling_iterations multi_objective_aggregation off_policy_mask_threshold vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.13": "log_completions_hub_repo",
        "0.29-1.13": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.13": "pad_to_multiple_of vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos",
        "1.6-1.13": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-1.13": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "1.8-1.13": "entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min entropy_target use_adaptive_entropy",
        "1.9-1.13": "log_multimodal",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.24-1.13",
        "=gradient_checkpointing=True": "0.24-1.13",
        "=learning_rate=1e-06": "0.24-1.13",
        "=logging_steps=10": "0.24-1.13",
        "=remove_unused_columns=False": "0.24-1.13"
    },
    "trl.experimental.grpo_with_replay_buffer.GRPOWithReplayBufferTrainer": {
        "": "0.24-1.13",
        "0.24-1.13": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset",
        "0.25-1.13": "rollout_func",
        "0.26-1.13": "tools",
        "0.29-1.13": "environment_factory",
        "1.8-1.13": "quantization_config"
    },
    "trl.experimental.gspo_token.GRPOTrainer": {
        "": "0.24-1.13",
        "0.24-1.13": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset",
        "0.25-1.13": "rollout_func",
        "0.26-1.13": "tools",
        "0.29-1.13": "environment_factory",
        "1.8-1.13": "quantization_config"
    },
    "trl.experimental.iw_opd.IWOPDConfig": {
        "": "1.9-",
        "1.9-": "beta bf16 disable_dropout distillation_objective generation_batch_size gradient_checkpointing iw_opd_epsilon iw_opd_gamma learning_rate lmbda log_completions log_completions_steps logging_steps loss_add_tail loss_top_k lr_scheduler_kwargs max_completion_length max_length max_prompt_length model_init_kwargs num_completions_to_print num_generations reverse_kl_top_1_mode teacher_model_init_kwargs teacher_model_name_or_path teacher_model_revision teacher_model_server_url temperature top_k top_p torch_empty_cache_steps trust_remote_code use_liger_kernel use_teacher_server use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_sync_frequency vllm_tensor_parallel_size",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.9-",
        "=gradient_checkpointing=True": "1.9-",
        "=learning_rate=1e-06": "1.9-",
        "=logging_steps=10": "1.9-"
    },
    "trl.experimental.iw_opd.IWOPDTrainer": {
        "": "1.9-",
        "1.9-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics processing_class teacher_model train_dataset"
    },
    "trl.experimental.kto.KTOConfig": {
        "": "0.26-",
        "0.26-": "beta bf16 dataset_num_proc desirable_weight disable_dropout gradient_checkpointing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length model_init_kwargs precompute_ref_log_probs undesirable_weight",
        "0.26-0.26": "is_encoder_decoder max_completion_length max_prompt_length truncation_mode",
        "0.26-0.27": "base_model_attribute_name label_pad_token_id padding_value ref_model_init_kwargs use_liger_loss",
        "0.26-1.1": "generate_during_eval",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.2-": "precompute_ref_batch_size",
        "1.6-": "activation_offloading train_sampling_strategy",
        "1.7-": "pad_to_multiple_of ref_model_mixup_alpha ref_model_sync_steps sync_ref_model trust_remote_code",
        "1.8-": "router_aux_loss_coef",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-",
        "=gradient_checkpointing=True": "0.26-",
        "=learning_rate=1e-06": "0.26-",
        "=logging_steps=10": "0.26-",
        "=train_sampling_strategy='sequential'": "1.6-"
    },
    "trl.experimental.kto.KTOTrainer": {
        "": "0.26-",
        "0.26-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config processing_class ref_model train_dataset",
        "0.26-1.1": "model_adapter_name ref_adapter_name",
        "0.26-1.3": "model_init preprocess_logits_for_metrics",
        "1.8-": "quantization_config"
    },
    "trl.experimental.kto._KTOConfig": {
        "": "1.8-",
        "1.8-": "activation_offloading beta bf16 dataset_num_proc desirable_weight disable_dropout gradient_checkpointing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length model_init_kwargs pad_to_multiple_of precompute_ref_batch_size precompute_ref_log_probs ref_model_mixup_alpha ref_model_sync_steps router_aux_loss_coef sync_ref_model torch_empty_cache_steps train_sampling_strategy trust_remote_code undesirable_weight use_liger_kernel",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.8-",
        "=gradient_checkpointing=True": "1.8-",
        "=learning_rate=1e-06": "1.8-",
        "=logging_steps=10": "1.8-",
        "=train_sampling_strategy='sequential'": "1.8-"
    },
    "trl.experimental.kto._KTOTrainer": {
        "": "1.8-",
        "1.8-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config processing_class quantization_config ref_model train_dataset"
    },
    "trl.experimental.minillm.MiniLLMConfig": {
        "": "0.26-1.14",
        "0.26-0.26": "wandb_log_unique_prompts",
        "0.26-0.27": "max_prompt_length use_liger_loss vllm_guided_decoding_regex",
        "0.26-1.14": "beta bf16 cache_implementation cast_lm_head_to_fp32 chat_template_kwargs delta disable_dropout ds3_gather_for_generation epsilon epsilon_high gamma generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level kd_temperature learning_rate length_normalization log_completions log_unique_prompts logging_steps loss_type lr_scheduler_kwargs mask_truncated_completions max_completion_length min_p model_init_kwargs num_completions_to_print num_generations num_generations_eval num_iterations ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights rkl_advantage sapo_temperature_neg sapo_temperature_pos scale_rewards shuffle_dataset single_step_decomposition steps_per_generation sync_ref_model teacher_model_init_kwargs temperature top_entropy_quantile top_k top_p use_bias_correction_kl use_transformers_paged use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_importance_sampling_cap vllm_importance_sampling_correction vllm_importance_sampling_mode vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.27-1.14": "max_tool_calling_iterations multi_objective_aggregation off_policy_mask_threshold vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.14": "log_completions_hub_repo",
        "0.29-1.14": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.14": "pad_to_multiple_of vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos",
        "1.6-1.14": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-1.14": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "1.8-1.14": "entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min entropy_target use_adaptive_entropy",
        "1.9-1.14": "log_multimodal",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-1.14",
        "=gradient_checkpointing=True": "0.26-1.14",
        "=learning_rate=1e-06": "0.26-1.14",
        "=logging_steps=10": "0.26-1.14",
        "=remove_unused_columns=False": "0.26-1.14"
    },
    "trl.experimental.minillm.MiniLLMTrainer": {
        "": "0.26-1.14",
        "0.26-1.14": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes rollout_func teacher_model train_dataset"
    },
    "trl.experimental.nash_md.NashMDConfig": {
        "": "0.26-1.13",
        "0.26-0.26": "vllm_guided_decoding_regex",
        "0.26-1.0": "judge",
        "0.26-1.1": "use_transformers_paged",
        "0.26-1.13": "beta bf16 cache_implementation disable_dropout ds3_gather_for_generation generation_kwargs gradient_checkpointing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length max_new_tokens min_p missing_eos_penalty mixture_coef model_init_kwargs repetition_penalty reward_model_path reward_weights temperature top_k top_p use_vllm vllm_gpu_memory_utilization vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.27-1.13": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.13": "vllm_enable_sleep_mode",
        "0.29-1.13": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.13": "remove_unused_columns",
        "1.7-1.13": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-1.13",
        "=gradient_checkpointing=True": "0.26-1.13",
        "=learning_rate=5e-07": "0.26-1.13",
        "=logging_steps=10": "0.26-1.13",
        "=remove_unused_columns=False": "1.0-1.13"
    },
    "trl.experimental.nash_md.NashMDTrainer": {
        "": "0.26-1.13",
        "0.26-1.0": "judge",
        "0.26-1.13": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics processing_class ref_model reward_funcs train_dataset"
    },
    "trl.experimental.online_dpo.OnlineDPOConfig": {
        "": "0.26-",
        "0.26-": "beta bf16 cache_implementation disable_dropout ds3_gather_for_generation generation_kwargs gradient_checkpointing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length max_new_tokens min_p missing_eos_penalty model_init_kwargs repetition_penalty reward_model_path reward_weights temperature top_k top_p use_vllm vllm_gpu_memory_utilization vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.26-0.26": "vllm_guided_decoding_regex",
        "0.26-1.0": "judge",
        "0.26-1.1": "use_transformers_paged",
        "0.27-": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-": "vllm_enable_sleep_mode",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.0-": "remove_unused_columns",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-",
        "=gradient_checkpointing=True": "0.26-",
        "=learning_rate=5e-07": "0.26-",
        "=logging_steps=10": "0.26-",
        "=remove_unused_columns=False": "1.0-"
    },
    "trl.experimental.online_dpo.OnlineDPOTrainer": {
        "": "0.26-",
        "0.26-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics processing_class ref_model reward_funcs reward_processing_classes train_dataset",
        "0.26-1.0": "judge"
    },
    "trl.experimental.orpo.ORPOConfig": {
        "": "0.26-",
        "0.26-": "beta bf16 dataset_num_proc disable_dropout generate_during_eval gradient_checkpointing is_encoder_decoder learning_rate logging_steps lr_scheduler_kwargs max_completion_length max_length model_init_kwargs padding_value",
        "0.26-0.27": "label_pad_token_id max_prompt_length",
        "0.26-0.29": "truncation_mode",
        "0.29-": "torch_empty_cache_steps use_liger_kernel",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-",
        "=gradient_checkpointing=True": "0.26-",
        "=learning_rate=1e-06": "0.26-",
        "=logging_steps=10": "0.26-"
    },
    "trl.experimental.orpo.ORPOTrainer": {
        "": "0.26-",
        "0.26-": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics processing_class train_dataset"
    },
    "trl.experimental.papo.PAPOConfig": {
        "": "0.25-1.7",
        "0.25-0.26": "wandb_log_unique_prompts",
        "0.25-0.27": "max_prompt_length use_liger_loss vllm_guided_decoding_regex",
        "0.25-1.7": "beta bf16 cache_implementation cast_lm_head_to_fp32 chat_template_kwargs delta der_loss_weight1 der_loss_weight2 disable_dropout ds3_gather_for_generation epsilon epsilon_high generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level learning_rate log_completions logging_steps loss_type lr_scheduler_kwargs mask_ratio mask_truncated_completions mask_type max_completion_length min_p model_init_kwargs num_completions_to_print num_generations num_iterations perception_loss_weight ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p use_transformers_paged use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_importance_sampling_cap vllm_importance_sampling_correction vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.26-1.7": "log_unique_prompts num_generations_eval sapo_temperature_neg sapo_temperature_pos use_bias_correction_kl vllm_importance_sampling_mode vllm_max_model_length",
        "0.27-1.7": "max_tool_calling_iterations multi_objective_aggregation off_policy_mask_threshold vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.7": "log_completions_hub_repo",
        "0.29-1.7": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.7": "pad_to_multiple_of vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos",
        "1.6-1.7": "vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min",
        "1.7-1.7": "router_aux_loss_coef transformers_continuous_batching_config trust_remote_code use_transformers_continuous_batching",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.25-1.7",
        "=gradient_checkpointing=True": "0.25-1.7",
        "=learning_rate=1e-06": "0.25-1.7",
        "=logging_steps=10": "0.25-1.7",
        "=remove_unused_columns=False": "0.25-1.7"
    },
    "trl.experimental.papo.PAPOTrainer": {
        "": "0.25-1.7",
        "0.25-1.7": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset"
    },
    "trl.experimental.ppo.PPOConfig": {
        "": "0.26-1.12",
        "0.26-0.27": "exp_name run_name",
        "0.26-1.12": "batch_size bf16 cliprange cliprange_value dataset_num_proc ds3_gather_for_generation gamma gradient_checkpointing kl_coef kl_estimator lam local_batch_size local_mini_batch_size local_rollout_forward_batch_size logging_steps lr_scheduler_kwargs micro_batch_size mini_batch_size missing_eos_penalty model_adapter_name num_mini_batches num_ppo_epochs num_sample_generations num_total_batches push_to_hub ref_adapter_name response_length reward_model_path sft_model_path stop_token stop_token_id temperature total_episodes vf_coef whiten_rewards world_size",
        "0.29-1.12": "learning_rate torch_empty_cache_steps use_liger_kernel",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-1.12",
        "=gradient_checkpointing=True": "0.26-1.12",
        "=logging_steps=10": "0.26-1.12",
        "=learning_rate=3e-06": "0.29-1.12"
    },
    "trl.experimental.ppo.PPOTrainer": {
        "": "0.26-1.12",
        "0.26-1.12": "args callbacks data_collator eval_dataset model optimizers peft_config processing_class ref_model reward_model train_dataset value_model"
    },
    "trl.experimental.prm.PRMConfig": {
        "": "0.26-1.13",
        "0.26-0.27": "max_prompt_length",
        "0.26-1.13": "bf16 dataset_num_proc disable_dropout gradient_checkpointing learning_rate logging_steps max_completion_length max_length step_separator train_on_last_step_only",
        "0.29-1.13": "lr_scheduler_kwargs torch_empty_cache_steps use_liger_kernel",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-1.13",
        "=gradient_checkpointing=True": "0.26-1.13",
        "=learning_rate=1e-05": "0.26-1.13",
        "=logging_steps=10": "0.26-1.13"
    },
    "trl.experimental.prm.PRMTrainer": {
        "": "0.26-1.13",
        "0.26-1.13": "args callbacks compute_metrics data_collator eval_dataset model model_init optimizers peft_config preprocess_logits_for_metrics processing_class train_dataset"
    },
    "trl.experimental.sdft.SDFTConfig": {
        "": "1.0-",
        "1.0-": "bf16 cache_implementation chat_template_kwargs disable_dropout distillation_add_tail distillation_alpha distillation_is_clip distillation_topk ds3_gather_for_generation generate_from_teacher generation_batch_size generation_kwargs gradient_checkpointing logging_steps lr_scheduler_kwargs max_completion_length max_prompt_length min_p model_init_kwargs num_generations num_generations_eval num_iterations num_loss_tokens_to_skip remove_unused_columns repetition_penalty shuffle_dataset steps_per_generation teacher_prompt_template temperature top_k top_p torch_empty_cache_steps use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "1.0-1.1": "use_transformers_paged",
        "1.0-1.5": "beta diagnostics_flat_tolerance diagnostics_warning_interval distillation_weight epsilon epsilon_high full_logit_distillation importance_sampling_level loss_type mask_truncated_completions ref_model_mixup_alpha ref_model_sync_steps reward_weights scale_rewards sync_ref_model top_entropy_quantile",
        "1.6-": "distillation_mode teacher_model_kind teacher_sync_steps teacher_update_rate use_teacher_server",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.0-",
        "=gradient_checkpointing=True": "1.0-",
        "=logging_steps=10": "1.0-",
        "=remove_unused_columns=False": "1.0-"
    },
    "trl.experimental.sdft.SDFTTrainer": {
        "": "1.0-",
        "1.0-": "args callbacks eval_dataset model optimizers peft_config processing_class train_dataset"
    },
    "trl.experimental.sdpo.SDPOConfig": {
        "": "1.0-",
        "1.0-": "beta bf16 cache_implementation chat_template_kwargs diagnostics_flat_tolerance diagnostics_warning_interval disable_dropout distillation_add_tail distillation_alpha distillation_is_clip distillation_topk distillation_weight dont_reprompt_on_self_success ds3_gather_for_generation environment_feedback_only_without_solution epsilon epsilon_high feedback_template generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level include_environment_feedback logging_steps loss_type lr_scheduler_kwargs mask_truncated_completions max_completion_length max_prompt_length max_reprompt_len min_p model_init_kwargs num_generations num_generations_eval num_iterations remove_thinking_from_demonstration remove_unused_columns repetition_penalty reprompt_template reward_weights scale_rewards shuffle_dataset solution_template steps_per_generation success_reward_threshold teacher_update_rate temperature top_k top_p torch_empty_cache_steps use_liger_kernel use_successful_as_teacher use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "1.0-1.1": "use_transformers_paged",
        "1.0-1.5": "ema_update_rate full_logit_distillation ref_model_mixup_alpha ref_model_sync_steps sdpo_policy_loss_mode sync_ref_model teacher_regularization top_entropy_quantile",
        "1.6-": "distillation_mode teacher_model_kind teacher_sync_steps use_teacher_server",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.0-",
        "=gradient_checkpointing=True": "1.0-",
        "=logging_steps=10": "1.0-",
        "=remove_unused_columns=False": "1.0-"
    },
    "trl.experimental.sdpo.SDPOTrainer": {
        "": "1.0-",
        "1.0-": "args callbacks eval_dataset model optimizers peft_config processing_class reward_funcs reward_processing_classes train_dataset"
    },
    "trl.experimental.self_distillation.SelfDistillationConfig": {
        "": "1.0-1.5",
        "1.0-1.1": "use_transformers_paged",
        "1.0-1.5": "beta bf16 cache_implementation chat_template_kwargs diagnostics_flat_tolerance diagnostics_warning_interval disable_dropout distillation_add_tail distillation_alpha distillation_is_clip distillation_topk distillation_weight ds3_gather_for_generation epsilon epsilon_high full_logit_distillation generation_batch_size generation_kwargs gradient_checkpointing importance_sampling_level logging_steps loss_type lr_scheduler_kwargs mask_truncated_completions max_completion_length max_prompt_length min_p model_init_kwargs num_generations num_generations_eval num_iterations ref_model_mixup_alpha ref_model_sync_steps remove_unused_columns repetition_penalty reward_weights scale_rewards shuffle_dataset steps_per_generation sync_ref_model temperature top_entropy_quantile top_k top_p torch_empty_cache_steps use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.0-1.5",
        "=gradient_checkpointing=True": "1.0-1.5",
        "=logging_steps=10": "1.0-1.5",
        "=remove_unused_columns=False": "1.0-1.5"
    },
    "trl.experimental.server_distillation.ServerDistillationConfig": {
        "": "1.9-",
        "1.10-": "cache_implementation chat_template_kwargs ds3_gather_for_generation generation_kwargs log_unique_prompts min_p pad_to_multiple_of remove_unused_columns repetition_penalty shuffle_dataset",
        "1.11-": "max_tool_calling_iterations",
        "1.9-": "beta bf16 disable_dropout gradient_checkpointing learning_rate log_completions logging_steps loss_add_tail loss_top_k lr_scheduler_kwargs max_completion_length model_init_kwargs num_completions_to_print reverse_kl_top_1_mode teacher_model_init_kwargs teacher_model_name_or_path teacher_model_revision teacher_model_server_url temperature top_k top_p torch_empty_cache_steps trust_remote_code use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_structured_outputs_regex vllm_tensor_parallel_size",
        "1.9-1.9": "generation_batch_size log_completions_steps max_length max_prompt_length num_generations vllm_sync_frequency",
        "**": "transformers.TrainingArguments",
        "=remove_unused_columns=False": "1.10-",
        "=bf16=None": "1.9-",
        "=gradient_checkpointing=True": "1.9-",
        "=learning_rate=1e-06": "1.9-",
        "=logging_steps=10": "1.9-"
    },
    "trl.experimental.server_distillation.ServerDistillationTrainer": {
        "": "1.9-",
        "1.10-": "quantization_config",
        "1.9-": "args callbacks eval_dataset model optimizers peft_config processing_class train_dataset",
        "1.9-1.9": "compute_metrics data_collator preprocess_logits_for_metrics"
    },
    "trl.experimental.ssd.SSDConfig": {
        "": "1.2-1.15",
        "1.2-1.15": "bf16 cache_implementation chat_template_kwargs disable_dropout ds3_gather_for_generation filter_empty generation_batch_size generation_kwargs gradient_checkpointing logging_steps lr_scheduler_kwargs max_completion_length max_prompt_length min_p model_init_kwargs num_iterations repetition_penalty shuffle_dataset steps_per_generation temperature top_k top_p torch_empty_cache_steps use_liger_kernel use_vllm vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "1.7-1.15": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.2-1.15",
        "=gradient_checkpointing=True": "1.2-1.15",
        "=logging_steps=10": "1.2-1.15"
    },
    "trl.experimental.ssd.SSDTrainer": {
        "": "1.2-1.15",
        "1.2-1.15": "args callbacks eval_dataset model optimizers peft_config processing_class train_dataset"
    },
    "trl.experimental.tpo.TPOConfig": {
        "": "1.3-",
        "1.3-": "beta bf16 dataset_num_proc disable_dropout gradient_checkpointing label_smoothing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length model_init_kwargs pad_to_multiple_of torch_empty_cache_steps tpo_alpha tpo_l_gamma truncation_mode use_liger_kernel",
        "1.7-": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "1.3-",
        "=gradient_checkpointing=True": "1.3-",
        "=learning_rate=5e-07": "1.3-",
        "=logging_steps=10": "1.3-"
    },
    "trl.experimental.tpo.TPOTrainer": {
        "": "1.3-",
        "1.3-": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config processing_class train_dataset"
    },
    "trl.experimental.xpo.XPOConfig": {
        "": "0.26-1.13",
        "0.26-0.26": "vllm_guided_decoding_regex",
        "0.26-1.0": "judge",
        "0.26-1.1": "use_transformers_paged",
        "0.26-1.13": "alpha beta bf16 cache_implementation disable_dropout ds3_gather_for_generation generation_kwargs gradient_checkpointing learning_rate logging_steps loss_type lr_scheduler_kwargs max_length max_new_tokens min_p missing_eos_penalty model_init_kwargs repetition_penalty reward_model_path reward_weights temperature top_k top_p use_vllm vllm_gpu_memory_utilization vllm_mode vllm_model_impl vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_tensor_parallel_size",
        "0.27-1.13": "vllm_group_port vllm_structured_outputs_regex",
        "0.28-1.13": "vllm_enable_sleep_mode",
        "0.29-1.13": "torch_empty_cache_steps use_liger_kernel",
        "1.0-1.13": "remove_unused_columns",
        "1.7-1.13": "trust_remote_code",
        "**": "transformers.TrainingArguments",
        "=bf16=None": "0.26-1.13",
        "=gradient_checkpointing=True": "0.26-1.13",
        "=learning_rate=5e-07": "0.26-1.13",
        "=logging_steps=10": "0.26-1.13",
        "=remove_unused_columns=False": "1.0-1.13"
    },
    "trl.experimental.xpo.XPOTrainer": {
        "": "0.26-1.13",
        "0.26-1.0": "judge",
        "0.26-1.13": "args callbacks compute_metrics data_collator eval_dataset model optimizers peft_config preprocess_logits_for_metrics processing_class ref_model reward_funcs reward_processing_classes train_dataset"
    },
    "peft.BoneConfig": {
        "": "0.14-0.18",
        "0.14-0.18": "auto_mapping base_model_name_or_path bias exclude_modules inference_mode init_weights layers_pattern layers_to_transform modules_to_save peft_type r revision target_modules task_type",
        "0.18-0.18": "peft_version"
    },
    "peft.OFTConfig": {
        "": "0.8-",
        "0.14-": "bias exclude_modules fan_in_fan_out oft_block_size",
        "0.16-": "num_cayley_neumann_terms use_cayley_neumann",
        "0.18-": "peft_version",
        "0.8-": "auto_mapping base_model_name_or_path block_share coft eps inference_mode init_weights layers_pattern layers_to_transform module_dropout modules_to_save peft_type r revision target_modules task_type",
        "0.8-0.14": "alpha_pattern rank_pattern"
    },
    "accelerate.Accelerator": {
        "": "0.20-",
        "0.20-": "cpu deepspeed_plugin device_placement dynamo_backend fsdp_plugin gradient_accumulation_plugin gradient_accumulation_steps kwargs_handlers log_with megatron_lm_plugin mixed_precision project_config project_dir rng_types split_batches step_scheduler_with_optimizer",
        "0.20-0.34": "dispatch_batches even_batches",
        "0.28-": "dataloader_config",
        "0.28-0.34": "use_seedable_sampler",
        "1.0-": "deepspeed_plugins",
        "1.10-": "parallelism_config",
        "1.3-": "dynamo_plugin",
        "1.5-": "torch_tp_plugin"
    },
    "accelerate.utils.MegatronLMPlugin": {
        "": "0.20-",
        "0.20-": "consumed_samples custom_model_provider_function custom_prepare_model_function custom_train_step_class custom_train_step_kwargs decoder_seq_length encoder_seq_length end_weight_decay eval_interval eval_iters gradient_clipping is_train_batch_min lr_decay_iters lr_decay_samples lr_decay_style lr_mult lr_warmup_fraction lr_warmup_iters lr_warmup_samples megatron_dataset_flag min_lr no_wd_decay_cond num_layers_per_virtual_pipeline_stage num_micro_batches other_megatron_args pipeline_model_parallel_split_rank pp_degree return_logits scale_lr_cond seq_length sequence_parallelism set_all_logging_options start_weight_decay tensorboard_dir tp_degree train_iters train_samples use_distributed_optimizer weight_decay_incr_style",
        "0.20-0.20": "recompute_activation",
        "0.25-": "recompute_activations",
        "0.34-": "custom_get_batch_function custom_loss_function custom_megatron_datasets_provider_function",
        "1.15-": "attention_backend attention_dropout attention_softmax_in_fp32 calculate_per_token_loss context_parallel_size decoder_last_pipeline_num_layers eod_mask_loss expert_model_parallel_size expert_tensor_parallel_size hidden_dropout no_load_optim no_save_optim optimizer_cpu_offload overlap_cpu_optimizer_d2h_h2d recompute_granularity recompute_method recompute_num_layers use_custom_fsdp use_precision_aware_optimizer use_rotary_position_embeddings"
    },
    "sentence_transformers.CrossEncoderTrainer": {
        "": "4.0-",
        "4.0-": "args callbacks compute_metrics data_collator eval_dataset evaluator loss model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "4.0-5.3": "tokenizer",
        "5.4-": "optimizer_cls_and_kwargs processing_class"
    },
    "sentence_transformers.SentenceTransformerTrainer": {
        "": "3.0-",
        "3.0-": "args callbacks compute_metrics data_collator eval_dataset evaluator loss model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "3.0-5.3": "tokenizer",
        "5.4-": "optimizer_cls_and_kwargs processing_class"
    },
    "sentence_transformers.SparseEncoderTrainer": {
        "": "5.0-",
        "5.0-": "args callbacks compute_metrics data_collator eval_dataset evaluator loss model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "5.0-5.3": "tokenizer",
        "5.4-": "optimizer_cls_and_kwargs processing_class"
    },
    "sentence_transformers.cross_encoder.CrossEncoderTrainer": {
        "": "4.0-",
        "4.0-": "args callbacks compute_metrics data_collator eval_dataset evaluator loss model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "4.0-5.3": "tokenizer",
        "5.4-": "optimizer_cls_and_kwargs processing_class"
    },
    "sentence_transformers.sparse_encoder.SparseEncoderTrainer": {
        "": "5.0-",
        "5.0-": "args callbacks compute_metrics data_collator eval_dataset evaluator loss model model_init optimizers preprocess_logits_for_metrics train_dataset",
        "5.0-5.3": "tokenizer",
        "5.4-": "optimizer_cls_and_kwargs processing_class"
    }
}  # fmt: skip
GONE_NAMES: dict[str, dict[str, str]] = {
    "trl": {
        "0.10-0.10": "is_openai_available",
        "0.10-0.11": "is_llmblender_available",
        "0.10-0.12": "RandomPairwiseJudge RandomRankJudge",
        "0.10-0.28": "BCOConfig BCOTrainer BaseJudge BasePairwiseJudge BaseRankJudge HfPairwiseJudge OnlineDPOConfig OnlineDPOTrainer OpenAIPairwiseJudge PairRMJudge WinRateCallback",
        "0.11-0.11": "is_liger_kernel_available",
        "0.11-0.12": "PPOv2Config PPOv2Trainer",
        "0.11-0.28": "GKDConfig GKDTrainer NashMDConfig NashMDTrainer XPOConfig XPOTrainer",
        "0.12-0.16": "is_deepspeed_available is_llm_blender_available",
        "0.13-0.26": "MergeModelCallback",
        "0.13-0.28": "AllTrueJudge BaseBinaryJudge PRMConfig PRMTrainer",
        "0.14-0.16": "is_mergekit_available is_rich_available is_unsloth_available",
        "0.14-0.16 0.26-0.26": "is_vllm_available",
        "0.15-0.19": "pack_examples",
        "0.16-0.29": "truncate_dataset",
        "0.18-0.23": "IterativeSFTConfig",
        "0.25-1.14": "prepare_multimodal_messages_vllm",
        "0.7-0.10": "is_bitsandbytes_available is_npu_available is_peft_available is_wandb_available is_xpu_available",
        "0.7-0.13": "set_seed",
        "0.7-0.19": "DataCollatorForCompletionOnlyLM",
        "0.7-0.20": "TextEnvironment TextHistory",
        "0.7-0.23": "DDPOConfig DDPOPipelineOutput DDPOSchedulerOutput DDPOStableDiffusionPipeline DDPOTrainer DefaultDDPOStableDiffusionPipeline IterativeSFTTrainer is_diffusers_available",
        "0.7-0.24": "BestOfNSampler",
        "0.7-0.25": "setup_chat_format",
        "0.7-0.28": "AutoModelForCausalLMWithValueHead AutoModelForSeq2SeqLMWithValueHead PPOConfig PPOTrainer PreTrainedModelWrapper",
        "0.7-1.7": "get_kbit_device_map",
        "0.8-0.10": "is_pil_available",
        "0.8-0.23": "OptionalDependencyNotAvailable",
        "0.8-0.26": "SUPPORTED_ARCHITECTURES",
        "0.8-0.28": "CPOConfig CPOTrainer ORPOConfig ORPOTrainer",
        "0.8-0.8": "DpoScriptArguments SftScriptArguments",
        "0.9-0.12": "DPOScriptArguments SFTScriptArguments",
        "0.9-0.23": "AlignPropConfig AlignPropTrainer",
        "0.9-0.28": "FDivergenceConstants FDivergenceType"
    },
    "trl.experimental.bco": {
        "0.25-1.13": "BCOConfig BCOTrainer"
    },
    "trl.experimental.cpo": {
        "0.26-": "CPOConfig CPOTrainer"
    },
    "trl.experimental.gkd": {
        "0.26-": "GKDConfig GKDTrainer"
    },
    "trl.experimental.judges": {
        "0.26-1.0": "AllTrueJudge BaseBinaryJudge BaseJudge BasePairwiseJudge BaseRankJudge HfPairwiseJudge OpenAIPairwiseJudge PairRMJudge"
    },
    "trl.experimental.nash_md": {
        "0.26-1.13": "NashMDConfig NashMDTrainer"
    },
    "trl.experimental.online_dpo": {
        "0.26-": "OnlineDPOConfig OnlineDPOTrainer"
    },
    "trl.experimental.orpo": {
        "0.26-": "ORPOConfig ORPOTrainer"
    },
    "trl.experimental.ppo": {
        "0.26-1.12": "PPOConfig PPOTrainer",
        "0.27-1.12": "AutoModelForCausalLMWithValueHead AutoModelForSeq2SeqLMWithValueHead PreTrainedModelWrapper"
    },
    "trl.experimental.prm": {
        "0.26-1.13": "PRMConfig PRMTrainer"
    },
    "trl.experimental.xpo": {
        "0.26-1.13": "XPOConfig XPOTrainer"
    },
    "peft": {
        "0.14-0.18": "BoneConfig BoneModel",
        "0.4-0.8": "prepare_model_for_int8_training"
    },
    "accelerate.utils": {
        "0.20-0.20": "get_launch_prefix is_safetensors_available",
        "0.20-0.25": "is_tpu_available",
        "0.20-0.30": "megatron_lm_prepare_model",
        "0.20-1.12": "get_ccl_version is_ccl_available is_ipex_available",
        "0.25-0.34": "shard_checkpoint",
        "0.28-1.3": "check_fp8_capability"
    },
    "setfit": {
        "0.7-0.7": "add_templated_examples"
    }
}  # fmt: skip
METHODS: dict[str, dict[str, str]] = {
    "_get_train_sampler": {
        "4.30-4.49": "",
        "4.52-": "train_dataset"
    },
    "_maybe_log_save_evaluate": {
        "4.30-4.36": "tr_loss model trial epoch ignore_keys_for_eval",
        "4.40-4.46": "tr_loss grad_norm model trial epoch ignore_keys_for_eval",
        "4.47-4.49": "tr_loss grad_norm model trial epoch ignore_keys_for_eval start_time",
        "4.52-": "tr_loss grad_norm model trial epoch ignore_keys_for_eval start_time learning_rate"
    },
    "_save_checkpoint": {
        "4.30-4.46": "model trial metrics",
        "4.47-": "model trial"
    },
    "_tune_save_checkpoint": {
        "4.30-4.30": "",
        "4.36-": "checkpoint_dir"
    },
    "compute_loss": {
        "4.30-4.45": "model inputs return_outputs",
        "4.46-": "model inputs return_outputs num_items_in_batch"
    },
    "create_optimizer": {
        "4.30-5.0": "",
        "5.4-": "model"
    },
    "get_batch_samples": {
        "4.46-4.49": "epoch_iterator num_batches",
        "4.52-": "epoch_iterator num_batches device"
    },
    "get_optimizer_cls_and_kwargs": {
        "4.30-4.36": "",
        "4.40-": "model"
    },
    "init_hf_repo": {
        "4.36-4.36": "",
        "4.40-5.20": "token",
        "5.23-": "token private"
    },
    "log": {
        "4.30-4.46": "logs",
        "4.47-": "logs start_time"
    },
    "set_initial_training_values": {
        "4.49-5.0": "args dataloader total_train_batch_size",
        "5.4-": "args dataloader"
    },
    "training_step": {
        "4.30-4.45": "model inputs",
        "4.46-": "model inputs num_items_in_batch"
    }
}  # fmt: skip
