"""The launchers of distributed training: which of their options take a value, and what a command line of each asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from raylift.launch_commands.launch import Launch, LaunchError, Options, Words, literal, number, split

# Options without a value; every other option of the launcher takes one.
TORCHRUN_FLAGS = {"standalone", "m", "module", "no_python", "run_path", "use_env", "virtual_local_rank"}
DEEPSPEED_FLAGS = {
    "module", "no_python", "no_local_rank", "no_ssh", "no_ssh_check", "force_multi", "save_pid", "elastic_training", "bind_cores_to_rank",
}  # fmt: skip
ACCELERATE_FLAGS = {
    "cpu", "multi_gpu", "tpu", "use_deepspeed", "use_fsdp", "use_parallelism_config", "use_megatron_lm", "same_network", "m", "module",
    "no_python", "tpu_cluster", "no_tpu_cluster", "tpu_use_sudo", "downcast_bf16", "debug", "q", "quiet", "enable_cpu_affinity",
    "dynamo_use_fullgraph", "dynamo_use_dynamic", "dynamo_use_regional_compilation", "fp8_use_autocast_during_eval", "h", "help",
    "fp16", "ipex", "use_xpu", "use_mps_device",
}  # fmt: skip
ONE_OF = ("cpu", "multi_gpu", "use_deepspeed", "use_fsdp")
PYTHON_FLAGS = set("bBdEhiIOOqsSuvVxPR")
# Flags of `accelerate launch` that say how to train; the others say where, which is Ray's part.
ACCELERATE_TRAINING = re.compile(
    r"config_file|mixed_precision|debug|enable_cpu_affinity|use_(deepspeed|fsdp|parallelism_config|megatron_lm)|zero_stage|zero3_.*"
    r"|gradient_.*|offload_.*|deepspeed_(config_file|moe_layer_cls_names)|(dynamo|fsdp|fp8|megatron_lm|parallelism_config)_.*"
)


def torchrun(words: Words, *, passes_local_rank: bool = False) -> Launch:
    """`torchrun`, `python -m torch.distributed.run` and, with `passes_local_rank`, `python -m torch.distributed.launch`."""
    options, script, rest = split(words, TORCHRUN_FLAGS, "torchrun")
    per_node, nodes = options.get("nproc_per_node", "1"), options.get("nnodes", "1")
    notices = [*_about_nodes(nodes), *_about_restarts(options)]
    if passes_local_rank and "use_env" not in options:
        notices.append(LOCAL_RANK)
    use_gpu = {"gpu": True, "cpu": False}.get(per_node)
    if per_node in ("gpu", "cpu", "auto") or not per_node.isdigit():
        notices.append(f"--nproc_per_node {per_node} does not say how many processes: give --num-workers")
        return Launch(script, rest, None, use_gpu, notices=tuple(notices))
    most = number("--nnodes", nodes.split(":")[-1])
    return Launch(script, rest, int(per_node) * most, use_gpu, notices=tuple(notices))


def deepspeed(words: Words) -> Launch:
    """`deepspeed`, which starts one process per GPU; a DeepSpeed config among the script's own arguments stays there."""
    options, script, rest = split(words, DEEPSPEED_FLAGS, "deepspeed")
    notices = [] if "no_local_rank" in options else [LOCAL_RANK]
    nodes = number("--num_nodes", options.get("num_nodes", "1"))
    if nodes > 1:
        notices += _about_nodes(str(nodes))
    if include := options.get("include", options.get("i")):
        count = _slots(include)
    else:
        count = number("--num_gpus", options["num_gpus"]) * nodes if "num_gpus" in options else None
    return Launch(script, rest, count, True, notices=tuple(notices))


def accelerate(words: Words) -> Launch:
    """`accelerate launch`, with a config file, with flags, or with both."""
    options, script, rest = split(words, ACCELERATE_FLAGS, "accelerate launch")
    if "tpu" in options:
        raise LaunchError("accelerate launch --tpu trains on TPUs, which Ray Train workers of torch do not have")
    if len(chosen := [f"--{name}" for name in ONE_OF if name in options]) > 1:
        raise LaunchError(f"accelerate launch takes one of {', '.join(chosen)} at a time")
    count = number("--num_processes", options["num_processes"]) if "num_processes" in options else _gpu_count(options)
    use_gpu = False if "cpu" in options else True if {"multi_gpu", "gpu_ids"} & {*options} else None
    if "fp16" in options:
        options["mixed_precision"] = "fp16"
    training = {name: literal(value) for name, value in options.items() if ACCELERATE_TRAINING.fullmatch(name)}
    config = str(training["config_file"]) if list(training) == ["config_file"] else training or None
    notices = [*_about_nodes(options.get("num_machines", "1")), *_about_restarts(options)]
    return Launch(script, rest, count, use_gpu, config, notices=tuple(notices))


def python(words: Words) -> Launch:
    """A script that is started without a launcher: one process."""
    _, script, rest = split(words, PYTHON_FLAGS, "python")
    return Launch(script, rest, 1)


LOCAL_RANK = (
    "the launcher passed --local_rank to the script; on Ray's workers it is LOCAL_RANK in the environment, as with torchrun"
)
PYTHON_MODULES: dict[str, Callable[[Words], Launch]] = {
    "torch.distributed.run": torchrun,
    "torch.distributed.launch": partial(torchrun, passes_local_rank=True),
    "accelerate.commands.launch": accelerate,
    "accelerate.commands.accelerate_cli": lambda words: accelerate(words[1:]),
    "deepspeed.launcher.runner": deepspeed,
}
PROGRAMS: dict[str, Callable[[Words], Launch]] = {
    "torchrun": torchrun,
    "accelerate-launch": accelerate,
    "deepspeed": deepspeed,
}


@dataclass(frozen=True, slots=True)
class LauncherFound:
    """Where in a command its launcher stands, and how to read what follows; `is_plain` where that is Python itself."""

    at: int
    read: Callable[[], Launch]
    is_plain: bool = False


def launcher_in(words: Words) -> LauncherFound | None:
    """The launcher of a command; None where it has none."""
    for at, word in enumerate(words):
        name, rest = word.rpartition("/")[2], words[at + 1 :]
        if name in PROGRAMS:
            return LauncherFound(at, partial(PROGRAMS[name], rest))
        if name == "accelerate" and rest[:1] == ("launch",):
            return LauncherFound(at, partial(accelerate, rest[1:]))
        if re.fullmatch(r"python[\d.]*", name):
            return _python_place(at, rest)
    return None


def _python_place(at: int, words: Words) -> LauncherFound:
    for place, word in enumerate(words):
        if word == "-m" and words[place + 1 : place + 2] and words[place + 1] in PYTHON_MODULES:
            return LauncherFound(at, partial(PYTHON_MODULES[words[place + 1]], words[place + 2 :]))
        if not word.startswith("-"):
            break
    return LauncherFound(at, partial(python, words), is_plain=True)


def _slots(include: str) -> int | None:
    """The number of GPUs in `localhost:0,1` or `worker-0@worker-1:0,2`; None where a host is named without its GPUs."""
    hosts = [host.partition(":")[2] for host in include.split("@")]
    return sum(len(slots.split(",")) for slots in hosts) if all(hosts) else None


def _gpu_count(options: Options) -> int | None:
    listed = options.get("gpu_ids", "all")
    return None if listed == "all" else len(listed.split(","))


def _about_nodes(nodes: str) -> list[str]:
    if nodes in ("1", "1:1"):
        return []
    if ":" in nodes:
        return [f"{nodes} nodes are elastic: the largest number is taken, which Ray must have"]
    return [f"{nodes} nodes: run the script where a Ray cluster of that many nodes can be reached (RAY_ADDRESS)"]


def _about_restarts(options: Options) -> list[str]:
    restarts = options.get("max_restarts", "0")
    return [] if restarts == "0" else [f"--max_restarts {restarts} is FailureConfig(max_failures={restarts}) in Ray Train"]
