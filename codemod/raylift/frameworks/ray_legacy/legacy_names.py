"""Every name of Ray that today's Ray Train lacks or ignores, under every import path it ever had, and what it is called now."""

from __future__ import annotations

import re

HUGGING_FACE = ("ray.train.huggingface", "ray.train.hf_transformers", "ray.train.hf_accelerate")


def _under(*modules: str, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module in modules for name in names)


_OLDEST = "ray.ml.train.integrations"
"""Where Ray 1.13 had its trainers."""
_TRANSFORMERS = (
    "ray.train.huggingface", "ray.train.huggingface.transformers", "ray.train.hf_transformers", f"{_OLDEST}.huggingface",
)  # fmt: skip
TRANSFORMERS_TRAINERS = _under(
    *_TRANSFORMERS,
    "ray.train.huggingface.huggingface_trainer",
    "ray.train.huggingface.transformers.transformers_trainer",
    "ray.train.hf_transformers.transformers_trainer",
    f"{_OLDEST}.huggingface.huggingface_trainer",
    names=("HuggingFaceTrainer", "TransformersTrainer"),
)
ACCELERATE_TRAINERS = _under(
    "ray.train.huggingface",
    "ray.train.huggingface.accelerate",
    "ray.train.huggingface.accelerate.accelerate_trainer",
    "ray.train.hf_accelerate",
    "ray.train.hf_accelerate.accelerate_trainer",
    names=("AccelerateTrainer",),
)
LEGACY_TRAINERS = TRANSFORMERS_TRAINERS | ACCELERATE_TRAINERS
MODEL_CHECKPOINTS = _under(
    *_TRANSFORMERS,
    "ray.train.huggingface.huggingface_checkpoint",
    "ray.train.huggingface.transformers.transformers_checkpoint",
    "ray.train.hf_transformers.transformers_checkpoint",
    names=("HuggingFaceCheckpoint", "LegacyTransformersCheckpoint", "TransformersCheckpoint"),
)
PREDICTORS = _under(
    *_TRANSFORMERS,
    "ray.train.huggingface.huggingface_predictor",
    "ray.train.huggingface.transformers.transformers_predictor",
    "ray.ml.predictors.integrations.huggingface",
    names=("HuggingFacePredictor", "TransformersPredictor"),
) | _under("ray.train.batch_predictor", "ray.train", "ray.ml.batch_predictor", names=("BatchPredictor",))
MAPPERS = _under(
    "ray.data.preprocessors", "ray.data.preprocessors.batch_mapper", "ray.ml.preprocessors", "ray.ml.preprocessors.batch_mapper",
    names=("BatchMapper",),
)  # fmt: skip
CHAINS = _under(
    "ray.data.preprocessors",
    "ray.data.preprocessors.chain",
    "ray.ml.preprocessors",
    "ray.ml.preprocessors.chain",
    names=("Chain",),
)

_SESSIONS = ("ray.air.session", "ray.train.session")
_CONFIGS = ("ray.air", "ray.air.config", "ray.ml", "ray.ml.config")
MOVED = {
    **{f"{module}.{name}": ("ray.train", name) for module in _CONFIGS for name in
       ("CheckpointConfig", "FailureConfig", "RunConfig", "ScalingConfig")},
    **{f"{module}.{name}": ("ray.train", name) for module in _SESSIONS for name in
       ("get_checkpoint", "get_dataset_shard", "report")},
    "ray.air.Checkpoint": ("ray.train", "Checkpoint"),
    "ray.air.checkpoint.Checkpoint": ("ray.train", "Checkpoint"),
    "ray.air.Result": ("ray.train", "Result"),
    "ray.air.result.Result": ("ray.train", "Result"),
    "ray.ml.Checkpoint": ("ray.train", "Checkpoint"),
    "ray.ml.checkpoint.Checkpoint": ("ray.train", "Checkpoint"),
    "ray.ml.result.Result": ("ray.train", "Result"),
    **dict.fromkeys(
        (f"{_OLDEST}.torch.TorchTrainer", f"{_OLDEST}.torch.torch_trainer.TorchTrainer"), ("ray.train.torch", "TorchTrainer")
    ),
    **dict.fromkeys(MODEL_CHECKPOINTS, ("ray.train", "Checkpoint")),
}  # fmt: skip
"""Names that only changed their place; those of checkpoints lost methods as well."""

_RANKS = ("get_experiment_name", "get_local_rank", "get_local_world_size", "get_node_rank", "get_world_rank", "get_world_size")
CONTEXT_METHODS = {
    **{f"{module}.{name}": name for module in _SESSIONS for name in _RANKS},
    "ray.train.world_rank": "get_world_rank",
    "ray.train.local_rank": "get_local_rank",
    "ray.train.world_size": "get_world_size",
    **{f"{module}.get_trial_{what}": "get_experiment_name" for module in _SESSIONS for what in ("id", "name")},
    **{f"{module}.get_trial_dir": "get_storage().experiment_fs_path" for module in _SESSIONS},
}
"""What is now asked of `ray.train.get_context()`."""

DATASET_CONFIGS = _under(*_CONFIGS, names=("DatasetConfig",))
WITHOUT_SUCCESSOR = {
    **dict.fromkeys(_under(*_SESSIONS, names=("get_trial_resources",)), "read the resources that ScalingConfig asked for"),
    "ray.train.save_checkpoint": 'report them: ray.train.report(metrics, checkpoint=Checkpoint.from_directory(folder))',
    "ray.train.load_checkpoint": "use ray.train.get_checkpoint() and read the files in its as_directory()",
    "ray.train.Trainer": "give its train function to TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=...)).fit()",
    "ray.train.trainer.Trainer": "give its train function to TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=...)).fit()",
    "ray.air.util.check_ingest.DummyTrainer": "iterate over ray.train.get_dataset_shard(...) in a train function",
    **{f"ray.train.torch.{name}": "Accelerate and the Trainer do this themselves: drop the call, or use accelerate.Accelerator"
       for name in ("accelerate", "backward", "prepare_optimizer")},
    **{f"ray.air.integrations.{lib}.setup_{lib}": f"call {lib} yourself where ray.train.get_context().get_world_rank() is 0"
       for lib in ("wandb", "mlflow")},
}  # fmt: skip
LEGACY_MODULES = frozenset({
    "ray.air", "ray.air.checkpoint", "ray.air.config", "ray.air.integrations", "ray.air.integrations.mlflow",
    "ray.air.integrations.wandb", "ray.air.result", "ray.air.session", "ray.air.callbacks", "ray.train.session", *HUGGING_FACE,
    "ray.train.huggingface.accelerate", "ray.train.huggingface.transformers", "ray.train.huggingface.huggingface_trainer",
    "ray.train.huggingface.huggingface_checkpoint", "ray.train.huggingface.transformers.transformers_trainer",
    "ray.ml", "ray.ml.checkpoint", "ray.ml.config", "ray.ml.result", "ray.ml.train", _OLDEST, f"{_OLDEST}.huggingface", f"{_OLDEST}.torch",
})  # fmt: skip
RAY_INTERNALS = ("ray.air._internal", "ray._private", "ray.train._internal", "ray.tune.execution")
"""Only Ray's own modules import these."""
KERAS = "ray.air.integrations.keras"
"""A callback of Keras, not of Tune: it still works."""
RUN_CONFIGS = frozenset({"ray.train.RunConfig", *_under(*_CONFIGS, names=("RunConfig",))})
SCALING_CONFIGS = frozenset({"ray.train.ScalingConfig", *_under(*_CONFIGS, names=("ScalingConfig",))})
CHECKPOINT_CONFIGS = frozenset({"ray.train.CheckpointConfig", *_under(*_CONFIGS, names=("CheckpointConfig",))})
FAILURE_CONFIGS = frozenset({"ray.train.FailureConfig", *_under(*_CONFIGS, names=("FailureConfig",))})
CHECKPOINTS = frozenset({
    "ray.train.Checkpoint", "ray.air.Checkpoint", "ray.air.checkpoint.Checkpoint", "ray.ml.Checkpoint", "ray.ml.checkpoint.Checkpoint",
    *MODEL_CHECKPOINTS,
})  # fmt: skip
GONE_CONSTRUCTORS = frozenset(f"{name}.{made}" for name in CHECKPOINTS for made in ("from_bytes", "from_dict", "from_uri"))
TORCH_TRAINERS = frozenset({
    "ray.train.torch.TorchTrainer", "ray.train.torch.torch_trainer.TorchTrainer", f"{_OLDEST}.torch.TorchTrainer",
    f"{_OLDEST}.torch.torch_trainer.TorchTrainer",
})  # fmt: skip
TRAINER_OF_RAY = re.compile(r"^(ray\.(train|air|ml)|raylift_runtime)\.(\w+\.)*\w*Trainer$")
TUNERS = (
    "ray.tune.Tuner", "ray.tune.tuner.Tuner", "ray.tune.Tuner.restore", "ray.tune.tuner.Tuner.restore", "ray.tune.run", "ray.tune.tune.run",
    "ray.tune.run_experiments",
)  # fmt: skip
TRAINABLES = ("trainable", "run_or_experiment", "experiments")
REMOVED_PACKAGES = re.compile(r"^ray\.(air|ml|sgd|util\.sgd)(\.|$)")
"""Packages of which nothing is left, or will be."""

CONFIGURATIONS = {"run_config": "RunConfig", "scaling_config": "ScalingConfig"}

DROPPED = {
    **dict.fromkeys(RUN_CONFIGS, ("verbose", "stop", "sync_config", "log_to_file", "progress_reporter", "local_dir")),
    **dict.fromkeys(SCALING_CONFIGS, ("trainer_resources", "_max_cpu_fraction_per_node")),
    **dict.fromkeys(
        CHECKPOINT_CONFIGS,
        ("checkpoint_frequency", "checkpoint_at_end", "_checkpoint_keep_all_ranks", "_checkpoint_upload_from_worker"),
    ),
    **dict.fromkeys(FAILURE_CONFIGS, ("fail_fast",)),
    **dict.fromkeys(TORCH_TRAINERS, ("preprocessor", "resume_from_checkpoint", "metadata")),
}
"""Arguments that raise, by the class that they are given to."""


def is_known(name: str) -> bool:
    """Whether a full name is one that the tables speak of."""
    tables = (MOVED, CONTEXT_METHODS, WITHOUT_SUCCESSOR, LEGACY_TRAINERS, PREDICTORS, MAPPERS, CHAINS, DATASET_CONFIGS)
    return any(name in table for table in tables) or is_callback(name)


def is_callback(name: str) -> bool:
    """Whether a full name is that of a logging callback of Ray Tune, which Ray Train no longer takes."""
    tunes = name.startswith(("ray.air.callbacks.", "ray.air.integrations.")) and not name.startswith(KERAS)
    return tunes and name.endswith("Callback")


def is_legacy(name: str) -> bool:
    """Whether a full name is of an API that today's Ray Train lacks or ignores, or a part of one."""
    if name.startswith(KERAS):
        return False
    return bool(REMOVED_PACKAGES.match(name)) or is_known(name) or is_known(name.rpartition(".")[0])
