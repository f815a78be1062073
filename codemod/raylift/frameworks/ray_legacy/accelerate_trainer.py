"""Ray's removed `AccelerateTrainer`.

Before:

    AccelerateTrainer(loop, accelerate_config={"mixed_precision": "bf16"}, scaling_config=scaling_config)

becomes

    TorchTrainer(loop, accelerate_config={"mixed_precision": "bf16"}, scaling_config=scaling_config)

with the bundled runtime, whose TorchTrainer applies the configuration on every worker; with stock Ray the loop itself begins with
what the configuration came to: `os.environ["ACCELERATE_MIXED_PRECISION"] = "bf16"`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.calls import Argument, recast_call
from raylift.edits.functions import begin_with
from raylift.frameworks.ray_legacy.datasets import keys_of, preprocessed
from raylift.frameworks.ray_legacy.legacy_names import ACCELERATE_TRAINERS
from raylift.frameworks.ray_legacy.modern_forms import torch_trainer
from raylift.frameworks.ray_legacy.trainer_calls import LegacyCall, as_configurations, is_none, legacy_call, only_node
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Script
from raylift.settings import Settings

WHY_ACCELERATE_TRAINER = "AccelerateTrainer is gone: TorchTrainer runs the same loop"
DEFAULT_FILE = NeededImport("accelerate.commands.config", "default_config_file")
BY_RAY = frozenset({
    "compute_environment", "debug", "distributed_type", "downcast_bf16", "gpu_ids", "machine_rank", "main_process_ip",
    "main_process_port", "main_training_function", "num_machines", "num_processes", "rdzv_backend", "same_network",
    "tpu_env", "tpu_use_cluster", "tpu_use_sudo", "use_cpu",
})  # fmt: skip
"""Settings that Ray overrode, or that say nothing on a worker of Ray."""
VARIABLES = {
    "dynamo_backend": "ACCELERATE_DYNAMO_BACKEND",
    "gradient_accumulation_steps": "ACCELERATE_GRADIENT_ACCUMULATION_STEPS",
    "mixed_precision": "ACCELERATE_MIXED_PRECISION",
}


def lift_accelerate_trainers(case: Case) -> Iterator[Finding]:
    """Make every AccelerateTrainer a TorchTrainer that is given the same Accelerate configuration."""
    script, settings = case.script, case.settings
    for call in script.calls_to(*ACCELERATE_TRAINERS):
        yield from _lifted(script, legacy_call(script, call), settings)
    for node in script.all(ast.ClassDef):
        if (
            any(not script.names(base).isdisjoint(ACCELERATE_TRAINERS) for base in node.bases)
            and not settings.target.takes_accelerate_config
        ):
            text = f"`{node.name}` passes an Accelerate configuration on to Ray, whose own TorchTrainer takes none"
            raise Refusal(node.lineno, "RL327", text, "use the bundled runtime, whose TorchTrainer takes accelerate_config")


def _lifted(script: Script, call: LegacyCall, settings: Settings) -> Iterator[Finding]:
    if not is_none(call.given.get("resume_from_checkpoint")):
        text = "`resume_from_checkpoint` is gone"
        remedy = "pass the checkpoint in train_loop_config, and read it in the loop where ray.train.get_checkpoint() is None"
        raise Refusal(call.line, "RL328", text, remedy)
    changed: dict[int | str, Argument | None] = {
        name: None for name in ("metadata", "preprocessor", "resume_from_checkpoint") if name in call.given
    }
    added: list[Argument] = []
    yield from as_configurations(call, changed)
    yield from preprocessed(script, call, changed, added)
    yield from _dataset_config(script, call, changed)
    if not settings.target.takes_accelerate_config:
        changed["accelerate_config"] = None
        yield from _written_out(script, call)
    elif is_none(call.given.get("accelerate_config")):
        argument = Argument("accelerate_config", DEFAULT_FILE.name)
        changed["accelerate_config"] = argument
        added += [] if "accelerate_config" in call.given else [argument]
        yield DEFAULT_FILE
        text = (
            "without `accelerate_config` AccelerateTrainer read the default file of this machine, and so does the lifted script"
        )
        yield Notice(call.line, "RL133", text, "drop the argument if there is no such file")
    yield Edit(call.node, recast_call(torch_trainer(script, settings), changed, added), "RL133", WHY_ACCELERATE_TRAINER)


def _dataset_config(script: Script, call: LegacyCall, changed: dict[int | str, Argument | None]) -> Iterator[Finding]:
    given = call.given.get("dataset_config")
    others = sorted(set(keys_of(script, call) or ()) - {"train"})
    if is_none(given) and others:
        text = (
            f"Ray splits `{'`, `'.join(others)}` among the workers, as it splits `train`; up to Ray 2.6 each worker got all of it"
        )
        remedy = 'pass dataset_config=DataConfig(datasets_to_split=["train"]) if every worker is to see every row'
        yield Notice(call.line, "RL132", text, remedy)
    if isinstance(given, ast.Dict):
        names = [key.value for key in given.keys if isinstance(key, ast.Constant)]
        split = [name for name, value in zip(names, given.values, strict=False) if "split=True" in ast.unparse(value)]
        listed = ", ".join(f'"{name}"' for name in dict.fromkeys(["train", *map(str, split)]))
        changed["dataset_config"] = Argument("dataset_config", f"DataConfig(datasets_to_split=[{listed}])")
        yield NeededImport("ray.train", "DataConfig")


def _written_out(script: Script, call: LegacyCall) -> Iterator[Finding]:
    """The configuration as environment variables in the loop's first lines, where both are in sight."""
    config = call.given.get("accelerate_config")
    if config is not None and is_none(config):
        config = None
    found = only_node(script, config) if config is not None else None
    loop = only_node(script, call.run)
    settings = _literal(found.node) if found else None
    if (config is not None and settings is None) or loop is None or not isinstance(loop.node, ast.FunctionDef):
        text = "stock Ray does not read an Accelerate configuration: mixed precision, FSDP and DeepSpeed would be off"
        yield Notice(call.line, "RL133", text, "pass its settings to Accelerator(...), or lift with the bundled runtime")
        return
    unknown = sorted(set(settings or {}) - BY_RAY - VARIABLES.keys())
    if unknown:
        text = f"stock Ray does not read an Accelerate configuration: `{'`, `'.join(unknown)}` would be lost"
        yield Notice(call.line, "RL133", text, "pass them to Accelerator(...), or lift with the bundled runtime")
    lines = [f'os.environ["{VARIABLES[key]}"] = "{value}"' for key, value in (settings or {}).items() if key in VARIABLES]
    if _is_on_cpu(script, call):
        lines.append('os.environ["ACCELERATE_USE_CPU"] = "true"')
    if lines and loop.script is not script:
        text = (
            "stock Ray does not read an Accelerate configuration, and the loop that would have to set it stands in another module"
        )
        yield Notice(call.line, "RL133", text, "pass its settings to Accelerator(...) there, or lift with the bundled runtime")
    elif lines:
        yield Edit(loop.node, begin_with(lines), "RL133", "applies the Accelerate configuration on every worker")
        yield NeededImport("os")


def _is_on_cpu(script: Script, call: LegacyCall) -> bool:
    """Whether the workers get no GPU, as far as can be seen; Accelerate does not see Ray's CPU workers by itself."""
    scaling = call.given.get("scaling_config")
    found = only_node(script, scaling) if scaling is not None else None
    if found is None or not isinstance(found.node, ast.Call):
        return False
    use_gpu = next((keyword.value for keyword in found.node.keywords if keyword.arg == "use_gpu"), None)
    return use_gpu is None or (isinstance(use_gpu, ast.Constant) and use_gpu.value is False)


def _literal(node: ast.AST) -> dict[str, object] | None:
    try:
        value = ast.literal_eval(node) if isinstance(node, ast.Dict) else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
