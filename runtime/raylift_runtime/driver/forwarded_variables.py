"""Which of the driver's environment variables travel to the workers; their values are never printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIXES = (
    "ACCELERATE_", "CLEARML_", "COMET_", "CUBLAS_", "DEEPSPEED_", "FI_", "FSDP_", "GLOO_", "HF_", "HUGGINGFACE_", "MLFLOW_",
    "NCCL_", "NEPTUNE_", "NVIDIA_TF32_", "PYTORCH_", "SWANLAB_", "TENSORBOARD_", "TOKENIZERS_", "TORCH", "TRACKIO_",
    "TRANSFORMERS_", "TRL_", "UCX_", "WANDB_", "XDG_CACHE_",
)  # fmt: skip
NAMES = (
    "CUDA_DEVICE_MAX_CONNECTIONS", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "DS_ACCELERATOR", "HTTPS_PROXY", "HTTP_PROXY",
    "KMP_AFFINITY", "KMP_BLOCKTIME", "MKL_NUM_THREADS", "NO_PROXY", "OMP_NUM_THREADS", "OMP_PROC_BIND", "PYTHONHASHSEED",
    "PYTHONPATH", "PYTHONWARNINGS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "TQDM_DISABLE", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip

# One process's place in a group: Ray gives each worker its own, so the driver's must not reach it.
PLACE_NAMES = (
    "ACCELERATE_TORCH_DEVICE", "ACCELERATE_PROCESS_INDEX", "TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_MAX_RESTARTS", "TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_ERROR_FILE", "TORCHELASTIC_SIGNALS_TO_HANDLE",
)  # fmt: skip


def forwarded(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of `environment` that a worker needs to behave as a process started beside the driver would."""
    return {name: value for name, value in environment.items() if travels(name)}


def travels(name: str) -> bool:
    """Whether this variable is one that settings of training, of tracking or of the network live in."""
    return name not in PLACE_NAMES and (name in NAMES or name.startswith(PREFIXES))
