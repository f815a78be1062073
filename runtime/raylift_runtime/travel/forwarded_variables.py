"""Which of the driver's environment variables travel to the workers; their values are never printed."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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

# What each node has of its own, or each process: a value of the driver's would be wrong there, whoever reads it.
OWN_NAMES = (
    "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "CUDA_VISIBLE_DEVICES", "DISPLAY", "HOME", "HOST", "HOSTNAME", "LD_LIBRARY_PATH", "LOGNAME",
    "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "OLDPWD", "PATH", "PWD", "RANK", "SHELL", "TEMP",
    "TERM", "TMP", "TMPDIR", "USER", "VIRTUAL_ENV", "WORLD_SIZE", "XDG_RUNTIME_DIR", "_",
)  # fmt: skip
OWN_PREFIXES = (
    "GROUP_RANK", "GROUP_WORLD_SIZE", "HIP_VISIBLE", "I_MPI_", "MPI_", "MV2_", "OMPI_", "PMI_", "PMIX_", "RAY_", "RAYLIFT_", "ROCR_VISIBLE", "ROLE_RANK",
    "ROLE_WORLD_SIZE", "SLURMD_", "SLURM_LOCALID", "SLURM_NODE", "SLURM_PROCID", "SLURM_STEP", "SLURM_TASK", "SLURM_NTASKS", "TORCHELASTIC_",
)  # fmt: skip

CHOICE = "RAYLIFT_FORWARD_ENV"
CREDENTIALS = ("AWS_", "AZURE_", "GOOGLE_")  # whoever holds these may do more than train, so they travel only by that choice
STORES = {"s3": ("AWS_",), "gs": ("GOOGLE_",), "gcs": ("GOOGLE_",), "abfs": ("AZURE_",), "abfss": ("AZURE_",), "az": ("AZURE_",)}
SECRET = re.compile(r"TOKEN(?!IZER)|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE|_KEY$|_PAT$|AUTH")
SECRET_ADDRESS = re.compile(r"://[^/@\s]+@")


@dataclass(frozen=True)
class Forwarded:
    """What travels of the driver's environment: in the open, where Ray's dashboard shows it, and hidden in the run's own data.

    `chosen` is the part of the hidden ones that the user has chosen by name: only that reaches Ray's controller, which stores.
    """

    shown: Mapping[str, str]
    hidden: Mapping[str, str] = field(repr=False)
    chosen: Mapping[str, str] = field(repr=False)


def forwarded(environment: Mapping[str, str], read: Collection[str] = ()) -> Forwarded:
    """What a worker needs to behave as a process started beside the driver would; `read` is what the script reads by name."""
    choice = chosen_names(environment)
    travelling = {
        name: value
        for name, value in environment.items()
        if name in choice or travels(name) or (name in read and not is_own(name) and not name.startswith(CREDENTIALS))
    }
    hidden = {name: value for name, value in travelling.items() if is_secret(name, value)}
    shown = {name: value for name, value in travelling.items() if name not in hidden}
    return Forwarded(shown, hidden, {name: value for name, value in hidden.items() if name in choice})


def travels(name: str) -> bool:
    """Whether this variable is one that settings of training, of tracking or of the network live in."""
    return name not in PLACE_NAMES and (name in NAMES or name.startswith(PREFIXES))


def is_own(name: str) -> bool:
    """Whether each node or process has a value of its own for this variable."""
    return name in PLACE_NAMES or name in OWN_NAMES or name.startswith(OWN_PREFIXES)


def is_secret(name: str, value: str) -> bool:
    """Whether nobody may read this value: its name says so, or it is an address with a password in it."""
    return name.startswith(CREDENTIALS) or bool(SECRET.search(name.upper()) or SECRET_ADDRESS.search(value))


def chosen_names(environment: Mapping[str, str]) -> set[str]:
    """The variables that the user sends by `RAYLIFT_FORWARD_ENV`: names or patterns such as `AWS_*`, with commas between them."""
    patterns = re.split(r"[,\s]+", environment.get(CHOICE, ""))
    return {name for name in environment if name != CHOICE and any(fnmatch.fnmatchcase(name, each) for each in patterns if each)}


def withheld(environment: Mapping[str, str], read: Collection[str], storage: str) -> str | None:
    """A sentence where the script reads, or its storage needs, credentials that stay here because nobody has chosen to send them."""
    of_storage = STORES.get(storage.partition("://")[0], ())
    needed = {name for name in environment if name.startswith(CREDENTIALS) and (name in read or name.startswith(of_storage))}
    kept = sorted(needed - chosen_names(environment))
    if not kept:
        return None
    families = ",".join(f"{prefix}*" for prefix in CREDENTIALS if any(name.startswith(prefix) for name in kept))
    return f"{', '.join(kept)} {'stays' if len(kept) == 1 else 'stay'} on this machine: {CHOICE}={families} sends credentials to the workers."


def not_set(environment: Mapping[str, str]) -> str | None:
    """A sentence where the user sends variables by name that this process has not."""
    named = [each for each in re.split(r"[,\s]+", environment.get(CHOICE, "")) if each and not set(each) & set("*?[")]
    missing = [name for name in named if name not in environment]
    return f"{CHOICE} names {', '.join(missing)}, which this process has not set." if missing else None
