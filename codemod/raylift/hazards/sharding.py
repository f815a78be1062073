"""A sharded model on workers without GPUs: DeepSpeed can, FSDP and Megatron cannot, and stock Ray does not say so.

Accelerator(fsdp_plugin=plugin)        told where the workers get no GPU
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Case, Finding, Notice
from raylift.script import Script
from raylift.train_function.launch import uses_gpu
from raylift.train_function.sharding import sharded_with

INSTEAD_OF_SHARDING = {
    True: "the lifted script stops before its first step",
    False: "each of stock Ray's workers would train a whole copy of the model",
}
ONE_GROUP = 'TrainingArguments(use_cpu=True) or Accelerator(kwargs_handlers=[InitProcessGroupKwargs(backend="gloo")])'


def tell_sharding_on_cpus(case: Case) -> Iterator[Finding]:
    """What becomes of sharding where the workers get no GPU."""
    if uses_gpu(case.script, case.settings):
        return
    is_checked = case.settings.target.takes_accelerate_config
    for kind, line in sharded_with(case.script, case.settings).items():
        if kind != "DEEPSPEED":
            text = f"Accelerate shards with {kind} on GPUs only, and these workers get none: {INSTEAD_OF_SHARDING[is_checked]}"
            yield Notice(line, "RL219", text, "lift with --use-gpu, or shard with DeepSpeed, which trains on CPUs too")
        elif not is_checked and not _is_one_group(case.script):
            text = "stock Ray's CPU workers are one group for DeepSpeed only where the script itself says so"
            yield Notice(line, "RL219", text, f"see that it has {ONE_GROUP}, or lift for the bundled runtime")


def _is_one_group(script: Script) -> bool:
    """Whether the script itself makes its processes on CPUs one group."""
    keywords = [keyword for call in script.all(ast.Call) for keyword in call.keywords if keyword.arg == "use_cpu"]
    is_told = any(isinstance(keyword.value, ast.Constant) and keyword.value.value is True for keyword in keywords)
    return is_told or bool(list(script.calls_to("accelerate.utils.InitProcessGroupKwargs", "accelerate.InitProcessGroupKwargs")))
