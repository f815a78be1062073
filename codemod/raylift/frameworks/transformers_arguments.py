"""Arguments that the installed generation of transformers no longer takes.

    TrainingArguments(evaluation_strategy="epoch", no_cuda=True)      Trainer(model, tokenizer=tokenizer)

becomes

    TrainingArguments(eval_strategy="epoch", use_cpu=True)            Trainer(model, processing_class=tokenizer)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits import add_parameter, name_arguments, remove, rename_attribute, rename_keyword, replace_argument
from raylift.frameworks.trainer_classes import TRAINER_PACKAGES, constructions, is_trainer, is_trainer_class, root
from raylift.plan import Edit, Finding, Notice
from raylift.scopes import FUNCTIONS
from raylift.script import Found, Script, Value
from raylift.settings import Settings


@dataclass(frozen=True, slots=True)
class Gone:
    """A keyword that is gone: since which generation, its new name if it has one, else what to say instead."""

    since: int
    name: str = ""
    instead: str = ""


GONE = {
    "evaluation_strategy": Gone(4, "eval_strategy"),
    "use_ipex": Gone(4, instead="it has no successor"),
    "no_cuda": Gone(5, "use_cpu"),
    "per_gpu_train_batch_size": Gone(5, "per_device_train_batch_size"),
    "per_gpu_eval_batch_size": Gone(5, "per_device_eval_batch_size"),
    "push_to_hub_token": Gone(5, "hub_token"),
    "push_to_hub_model_id": Gone(5, "hub_model_id"),
    "torchdynamo": Gone(5, "torch_compile_backend"),
    "xpu_backend": Gone(4, "ddp_backend"),
    "warmup_ratio": Gone(5, "warmup_steps"),
    "overwrite_output_dir": Gone(5, instead="an output folder is always written into"),
    "use_mps_device": Gone(5, instead="MPS is used wherever it is there"),
    "save_safetensors": Gone(5, instead="checkpoints are always safetensors"),
    "fp16_backend": Gone(5, instead="torch's own AMP is the only backend"),
    "half_precision_backend": Gone(5, instead="torch's own AMP is the only backend"),
    "fp16_opt_level": Gone(5, instead="Apex is no longer supported"),
    "logging_dir": Gone(5, instead="set the environment variable TENSORBOARD_LOGGING_DIR"),
    "include_tokens_per_second": Gone(5, instead="see include_num_input_tokens_seen"),
    "jit_mode_eval": Gone(5, instead="it has no successor"),
    "mp_parameters": Gone(5, instead="it has no successor"),
    "past_index": Gone(5, instead="it has no successor"),
    "ray_scope": Gone(5, instead="set the environment variable RAY_SCOPE"),
    "tpu_num_cores": Gone(5, instead="it has no successor"),
    "tpu_metrics_debug": Gone(5, instead="use debug"),
    "use_legacy_prediction_loop": Gone(5, instead="it has no successor"),
    "push_to_hub_organization": Gone(5, instead="name the organization in hub_model_id"),
    "sharded_ddp": Gone(4, instead="use fsdp"),
    "fsdp_min_num_params": Gone(5, instead="put min_num_params into fsdp_config"),
    "fsdp_transformer_layer_cls_to_wrap": Gone(5, instead="put transformer_layer_cls_to_wrap into fsdp_config"),
}
WHEN_TRUE = {
    "adafactor": Gone(5, 'optim="adafactor"'),
    "group_by_length": Gone(5, 'train_sampling_strategy="group_by_length"'),
    "include_inputs_for_metrics": Gone(5, 'include_for_metrics=["inputs"]'),
    "dispatch_batches": Gone(4, 'accelerator_config={"dispatch_batches": True}'),
    "split_batches": Gone(4, 'accelerator_config={"split_batches": True}'),
}
POSITIONS = (
    "model", "args", "data_collator", "train_dataset", "eval_dataset", "processing_class", "model_init", "compute_metrics", "callbacks",
    "optimizers", "preprocess_logits_for_metrics",
)  # fmt: skip
"""The positional arguments of `Trainer` up to transformers 4.45; 4.46 put `compute_loss_func` before `compute_metrics`."""


def modernise(script: Script, settings: Settings) -> Iterator[Finding]:
    """Give every argument the name that the chosen generation of transformers knows."""
    for call in script.all(ast.Call):
        if any(map(is_arguments_class, script.values(call.func))):
            yield from _modern_arguments(script, call, settings.transformers)
    for call in constructions(script):
        yield from _modern_trainer(script, call)
    yield from _modern_attributes(script)
    yield from _modern_overrides(script)


def is_arguments_class(value: Value, depth: int = 0) -> bool:
    """Whether a value is `TrainingArguments` or one of its subclasses, here or in a known library."""
    if isinstance(value, str):
        last = value.rpartition(".")[2]
        known = last.endswith("TrainingArguments") or (root(value) == "trl" and last.endswith("Config"))
        return known and root(value) in TRAINER_PACKAGES
    if isinstance(value.node, ast.ClassDef) and depth < 8:
        return any(is_arguments_class(b, depth + 1) for base in value.node.bases for b in value.script.values(base))
    return False


def _modern_arguments(script: Script, call: ast.Call, generation: int) -> Iterator[Finding]:
    own = _own_fields(script, call)
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in own:
            continue
        gone = GONE.get(keyword.arg)
        if gone and gone.since <= generation:
            yield from _without(keyword, gone)
        switch = WHEN_TRUE.get(keyword.arg)
        if switch and switch.since <= generation:
            yield from _switched(keyword, switch)


def _own_fields(script: Script, call: ast.Call) -> set[str]:
    """Fields that a subclass in sight declares itself."""
    classes = [v.node for v in script.values(call.func) if isinstance(v, Found) and isinstance(v.node, ast.ClassDef)]
    return {
        part.target.id
        for node in classes
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    }


def _without(keyword: ast.keyword, gone: Gone) -> Iterator[Finding]:
    if gone.name:
        yield Edit(keyword, rename_keyword(gone.name), "RL201", f"`{keyword.arg}` is now `{gone.name}`")
    else:
        why = f"`{keyword.arg}` is gone from transformers {gone.since}: {gone.instead}"
        yield Edit(keyword, remove, "RL202", why)
        yield Notice(keyword.lineno, "RL202", f"`{keyword.arg}` was dropped", gone.instead)


def _switched(keyword: ast.keyword, switch: Gone) -> Iterator[Finding]:
    value = keyword.value
    if isinstance(value, ast.Constant) and value.value is True:
        yield Edit(keyword, replace_argument(switch.name), "RL201", f"`{keyword.arg}=True` is now `{switch.name}`")
    elif isinstance(value, ast.Constant):
        yield Edit(keyword, remove, "RL202", f"`{keyword.arg}` is gone from transformers {switch.since}; this is the default")
    else:
        yield Edit(keyword, remove, "RL202", f"`{keyword.arg}` is gone from transformers {switch.since}")
        text = f"`{keyword.arg}` was dropped, its value is only known when the script runs"
        yield Notice(keyword.lineno, "RL202", text, f"pass {switch.name} where it is true")


def _modern_trainer(script: Script, call: ast.Call) -> Iterator[Finding]:
    if _takes(script, call, "tokenizer"):
        return
    names = {keyword.arg for keyword in call.keywords}
    for keyword in call.keywords:
        if keyword.arg == "tokenizer" and "processing_class" not in names:
            yield Edit(keyword, rename_keyword("processing_class"), "RL203", "`tokenizer` is now `processing_class`")
    plain = not any(isinstance(arg, ast.Starred) for arg in call.args)
    if plain and len(call.args) > POSITIONS.index("compute_metrics") and not _takes(script, call, "model_init"):
        start = POSITIONS.index("model_init")
        yield Edit(call, name_arguments(POSITIONS, start), "RL204", "positional arguments shifted in transformers 4.46")


def _takes(script: Script, call: ast.Call, name: str) -> bool:
    """Whether a Trainer class in sight has its own constructor with a parameter of that name."""
    for value in script.values(call.func):
        if isinstance(value, Found) and isinstance(value.node, ast.ClassDef):
            for part in value.node.body:
                if isinstance(part, FUNCTIONS) and part.name == "__init__":
                    return name in {a.arg for a in (*part.args.args, *part.args.kwonlyargs)}
    return False


def _modern_attributes(script: Script) -> Iterator[Finding]:
    for node in script.all(ast.Attribute):
        if node.attr == "tokenizer" and isinstance(node.value, ast.Name) and is_trainer(script, node.value):
            yield Edit(
                node, rename_attribute("processing_class"), "RL203", "`trainer.tokenizer` is now `trainer.processing_class`"
            )


def _modern_overrides(script: Script) -> Iterator[Finding]:
    """`compute_loss` is called with `num_items_in_batch` since transformers 4.46."""
    for node in script.all(ast.ClassDef):
        if not is_trainer_class(Found(script, node)):
            continue
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "compute_loss" and not _accepts_items(part.args):
                why = "`compute_loss` is given `num_items_in_batch` since transformers 4.46"
                yield Edit(part, add_parameter("num_items_in_batch=None"), "RL205", why)


def _accepts_items(arguments: ast.arguments) -> bool:
    names = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    return arguments.kwarg is not None or "num_items_in_batch" in names
