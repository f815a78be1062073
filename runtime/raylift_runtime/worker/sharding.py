"""What a script asks of Accelerate on this worker: sharding happens or is an error before the first step, and what else differs is told."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON_CPUS = "ACCELERATE_USE_CPU"
# By what Accelerate calls it: the variable that asks for it, which an Accelerator sets itself where it is given a plugin.
SHARDED = {"DEEPSPEED": "ACCELERATE_USE_DEEPSPEED", "FSDP": "ACCELERATE_USE_FSDP", "MEGATRON_LM": "ACCELERATE_USE_MEGATRON_LM"}
# The size of a ParallelismConfig, and as what Accelerate must train for it to mean anything.
SHARDED_BY_SIZE = {"dp_shard_size": "FSDP", "cp_size": "FSDP", "sp_size": "DEEPSPEED"}
ON_ACCELERATORS_ONLY = (
    "{kind} was asked for, and Accelerate shards with it on GPUs only: these CPU workers would each train a whole copy of the model. "
    "Train with use_gpu=True, or with DeepSpeed, which shards on CPUs too, or without {kind}."
)

_told: set[str] = set()


def watch_accelerators() -> None:
    """From now on every Accelerator of this process trains as it was asked to, or is an error; call it once, when Accelerate is loaded."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState
    from accelerate.utils import FullyShardedDataParallelPlugin

    if not hasattr(Accelerator.__init__, "_raylift"):
        _wrap(Accelerator, "__init__", _then_compared)
        _wrap(AcceleratorState, "__init__", _with_deepspeed_on_cpus)
        _wrap(FullyShardedDataParallelPlugin, "__post_init__", _on_accelerators)


def compare(accelerator: Any) -> None:
    """Compares once what was asked of an Accelerator with what it does.

    Raises RuntimeError for sharding that would not happen; rank 0 tells other differences.
    """
    if hasattr(accelerator, "_raylift_compared"):
        return
    accelerator._raylift_compared = True
    for text in missing_shards(accelerator):
        raise RuntimeError(text)
    for text in other_differences(accelerator):
        if accelerator.process_index == 0 and text not in _told:
            _told.add(text)
            print(f"raylift: {text}", flush=True)


def missing_shards(accelerator: Any) -> Iterator[str]:
    """What was to be sharded and would not be, each with what would happen instead and what to do."""
    had = accelerator.distributed_type.value
    asked = [kind for kind, variable in SHARDED.items() if _is_on(variable)]
    if asked and had not in asked and had != "XLA" and not _is_alone(had):
        yield _instead(asked[0], had, accelerator.num_processes)
    sizes = getattr(accelerator, "parallelism_config", None)
    for size, kind in SHARDED_BY_SIZE.items():
        if getattr(sizes, size, 1) > 1 and kind != had and accelerator.device.type != "xla":
            yield _instead(
                f"ParallelismConfig({size}={getattr(sizes, size)}), which needs {kind},", had, accelerator.num_processes
            )


def other_differences(accelerator: Any) -> Iterator[str]:
    """How precision and compilation differ from what was asked for; a process that is alone has nothing to share shards with."""
    for kind, variable in SHARDED.items():
        if _is_on(variable) and _is_alone(accelerator.distributed_type.value):
            yield f"{kind} was asked for, and this process trains alone: it keeps the whole model."
    asked, had = os.environ.get("ACCELERATE_MIXED_PRECISION", "no"), accelerator.mixed_precision
    if asked not in ("no", had):
        yield f"the Accelerate config asks for mixed_precision {asked}, and the script's own Accelerator trains with {had}."
    if had == "fp16" and accelerator.device.type == "cpu" and accelerator.distributed_type.value != "DEEPSPEED":
        yield "fp16 was asked for, and Accelerate has it on GPUs only: these CPU workers train in the precision of the model's own weights."
    asked = os.environ.get("ACCELERATE_DYNAMO_BACKEND", "NO").upper()
    had = getattr(accelerator.state.dynamo_plugin.backend, "value", "NO")
    if asked not in ("NO", had):
        yield f"the Accelerate config asks to compile with {asked}, and the script's own Accelerator compiles with {had}."


def _instead(asked: str, had: str, processes: int) -> str:
    if asked == "FSDP" and had == "MULTI_CPU":
        return ON_ACCELERATORS_ONLY.format(kind=asked)
    others = (
        f"{processes} workers would each train a whole copy of the model" if processes > 1 else "every worker would train alone"
    )
    remedy = "Take cpu=True out of Accelerator(...): with it Accelerate leaves DeepSpeed out. " if asked == "DEEPSPEED" else ""
    return f"{asked} was asked for, and this Accelerator is of type {had}: {others}. {remedy}Nothing was trained."


def _is_alone(had: str) -> bool:
    return had == "NO" and os.environ.get("WORLD_SIZE", "1") == "1"


def _wrap(owner: type, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    replaced = around(getattr(owner, name))
    replaced._raylift = True  # type: ignore[attr-defined]  # marks the replacement, so that it is made once
    setattr(owner, name, replaced)


def _then_compared(begin: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(begin)
    def begin_and_compare(accelerator: Any, *arguments: Any, **options: Any) -> None:
        begin(accelerator, *arguments, **options)
        compare(accelerator)

    return begin_and_compare


def _with_deepspeed_on_cpus(begin: Callable[..., Any]) -> Callable[..., Any]:
    """Accelerate shards with DeepSpeed on CPUs, but not where it knows of the CPUs by the variable that makes Ray's workers one group."""
    own = inspect.signature(begin).parameters

    @functools.wraps(begin)
    def begin_with_deepspeed(state: Any, *arguments: Any, **options: Any) -> None:
        if not (_is_on(SHARDED["DEEPSPEED"]) and _is_on(ON_CPUS)) or options.get("cpu"):
            begin(state, *arguments, **options)
            return
        from accelerate import PartialState

        PartialState(cpu=True, **{name: value for name, value in options.items() if name not in own})
        with _without(ON_CPUS):
            begin(state, *arguments, **options)

    return begin_with_deepspeed


def _on_accelerators(begin: Callable[..., Any]) -> Callable[..., Any]:
    """FSDP's plugin knows no CPUs: of one version it fails with a word about devices, with the other DDP is what happens."""

    @functools.wraps(begin)
    def begin_on_accelerators(plugin: Any, *arguments: Any, **options: Any) -> None:
        if _is_on(ON_CPUS):
            raise RuntimeError(ON_ACCELERATORS_ONLY.format(kind="FSDP"))
        begin(plugin, *arguments, **options)

    return begin_on_accelerators


@contextlib.contextmanager
def _without(variable: str) -> Iterator[None]:
    value = os.environ.pop(variable)
    try:
        yield
    finally:
        os.environ[variable] = value


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "false").lower() in ("true", "1", "yes", "on", "y", "t")
