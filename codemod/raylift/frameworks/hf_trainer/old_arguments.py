"""Arguments that the installed generation of transformers no longer takes.

    TrainingArguments(evaluation_strategy="epoch", no_cuda=True)      Trainer(model, tokenizer=tokenizer)

becomes

    TrainingArguments(eval_strategy="epoch", use_cpu=True)            Trainer(model, processing_class=tokenizer)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from raylift.edits.arguments import remove, rename_keyword, replace_argument
from raylift.edits.expressions import rename_attribute
from raylift.edits.functions import add_parameter
from raylift.frameworks.hf_trainer.arguments_classes import declared, is_arguments_class
from raylift.frameworks.hf_trainer.connect import is_wrapped
from raylift.frameworks.hf_trainer.positional_arguments import has_shifted, name_shifted, takes
from raylift.frameworks.hf_trainer.trainer_classes import is_trainer, is_trainer_class, is_trainer_itself, trainer_constructions
from raylift.plan import Case, Edit, Finding, Notice
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written

if TYPE_CHECKING:
    from raylift.plan import Change


@dataclass(frozen=True, slots=True)
class GoneArgument:
    """A keyword that is gone: since which generation, its new name if it has one, else what to say instead."""

    since: int
    name: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class SwitchArgument:
    """A keyword that is gone for the value of another: since which generation, that other, and its value for true and false."""

    since: int
    name: str
    on: str
    off: str


GONE_ARGUMENTS = {
    "evaluation_strategy": GoneArgument(4, "eval_strategy"),
    "use_ipex": GoneArgument(4, instead="it has no successor"),
    "no_cuda": GoneArgument(5, "use_cpu"),
    "per_gpu_train_batch_size": GoneArgument(5, "per_device_train_batch_size"),
    "per_gpu_eval_batch_size": GoneArgument(5, "per_device_eval_batch_size"),
    "push_to_hub_token": GoneArgument(5, "hub_token"),
    "push_to_hub_model_id": GoneArgument(5, "hub_model_id"),
    "torchdynamo": GoneArgument(5, "torch_compile_backend"),
    "xpu_backend": GoneArgument(4, "ddp_backend"),
    "warmup_ratio": GoneArgument(5, "warmup_steps"),
    "overwrite_output_dir": GoneArgument(5, instead="an output folder is always written into"),
    "use_mps_device": GoneArgument(5, instead="MPS is used wherever it is there"),
    "save_safetensors": GoneArgument(5, instead="checkpoints are always safetensors"),
    "fp16_backend": GoneArgument(5, instead="torch's own AMP is the only backend"),
    "half_precision_backend": GoneArgument(5, instead="torch's own AMP is the only backend"),
    "fp16_opt_level": GoneArgument(5, instead="Apex is no longer supported"),
    "logging_dir": GoneArgument(5, instead="set the environment variable TENSORBOARD_LOGGING_DIR"),
    "include_tokens_per_second": GoneArgument(5, instead="see include_num_input_tokens_seen"),
    "jit_mode_eval": GoneArgument(5, instead="it has no successor"),
    "mp_parameters": GoneArgument(5, instead="it has no successor"),
    "past_index": GoneArgument(5, instead="it has no successor"),
    "ray_scope": GoneArgument(5, instead="set the environment variable RAY_SCOPE"),
    "tpu_num_cores": GoneArgument(5, instead="it has no successor"),
    "tpu_metrics_debug": GoneArgument(5, instead="use debug"),
    "use_legacy_prediction_loop": GoneArgument(5, instead="it has no successor"),
    "push_to_hub_organization": GoneArgument(5, instead="name the organization in hub_model_id"),
    "sharded_ddp": GoneArgument(4, instead="use fsdp"),
    "fsdp_min_num_params": GoneArgument(5, instead="put min_num_params into fsdp_config"),
    "fsdp_transformer_layer_cls_to_wrap": GoneArgument(5, instead="put transformer_layer_cls_to_wrap into fsdp_config"),
}
WHEN_TRUE = {
    "adafactor": SwitchArgument(5, "optim", '"adafactor"', '"adamw_torch_fused"'),
    "group_by_length": SwitchArgument(5, "train_sampling_strategy", '"group_by_length"', '"random"'),
    "include_inputs_for_metrics": SwitchArgument(5, "include_for_metrics", '["inputs"]', "[]"),
}
INSIDE = {"dispatch_batches": "accelerator_config", "split_batches": "accelerator_config"}
"""Keywords whose value is an entry of another one's dict since transformers 4."""


def update_arguments(case: Case) -> Iterator[Finding]:
    """Give every argument the name that the chosen generation of transformers knows."""
    script, settings = case.script, case.settings
    for call in script.all(ast.Call):
        if any(map(is_arguments_class, script.values(call.func))):
            yield from _modern_arguments(script, call, settings.transformers)
    for call in trainer_constructions(script):
        yield from _modern_trainer(script, call)
    yield from _modern_attributes(script)
    yield from _modern_overrides(script)


def _modern_arguments(script: Script, call: ast.Call, generation: int) -> Iterator[Finding]:
    own = _own_fields(script, call)
    given = {keyword.arg: keyword for keyword in call.keywords if keyword.arg}
    for old, keyword in given.items():
        if old in own:
            continue
        gone, switch = GONE_ARGUMENTS.get(old), WHEN_TRUE.get(old)
        if gone and gone.since <= generation:
            yield from _renamed(keyword, gone, given) if gone.name else _dropped(keyword, gone)
        elif switch and switch.since <= generation:
            yield from _switched(script, keyword, switch, given)
        elif old in INSIDE:
            code = f'{INSIDE[old]}={{"{old}": {written(script, keyword.value)}}}'
            yield from _replaced(keyword, INSIDE[old], replace_argument(code), given)


def _own_fields(script: Script, call: ast.Call) -> set[str]:
    """Fields that a subclass in sight declares itself."""
    classes = [v.node for v in script.values(call.func) if isinstance(v, ScriptNode) and isinstance(v.node, ast.ClassDef)]
    return {name for node in classes for name in declared(node)}


def _dropped(keyword: ast.keyword, gone: GoneArgument) -> Iterator[Finding]:
    why = f"`{keyword.arg}` is gone from transformers {gone.since}: {gone.instead}"
    yield Edit(keyword, remove, "RL202", why)
    yield Notice(keyword.lineno, "RL202", f"`{keyword.arg}` was dropped", gone.instead)


def _renamed(keyword: ast.keyword, gone: GoneArgument, given: Mapping[str, ast.keyword]) -> Iterator[Finding]:
    rival = given.get(gone.name)
    if rival is not None and isinstance(rival.value, ast.Constant) and not rival.value.value:
        yield Edit(rival, remove, "RL201", f"`{gone.name}` is given by `{keyword.arg}`", group=keyword)
        rival = None
    yield from _replaced(keyword, gone.name, rename_keyword(gone.name), {} if rival is None else given)


def _replaced(keyword: ast.keyword, name: str, change: Change, given: Mapping[str, ast.keyword]) -> Iterator[Finding]:
    """A keyword becomes another, unless that is given as well, or becomes it from another one already."""
    first = next(old for old in (*given, keyword.arg) if old in (name, keyword.arg) or INSIDE.get(old or "") == name)
    if name not in given and first == keyword.arg:
        yield Edit(keyword, change, "RL201", f"`{keyword.arg}` is now `{name}`")
        return
    yield Edit(keyword, remove, "RL202", f"`{keyword.arg}` is gone, and `{name}` is given as well")
    remedy = f"see that `{name}` says what `{ast.unparse(keyword)}` said"
    yield Notice(keyword.lineno, "RL202", f"`{keyword.arg}` was dropped, for `{name}` is given as well", remedy)


def _switched(
    script: Script, keyword: ast.keyword, switch: SwitchArgument, given: Mapping[str, ast.keyword]
) -> Iterator[Finding]:
    value = keyword.value
    if isinstance(value, ast.Constant) and not value.value:
        yield Edit(keyword, remove, "RL202", f"`{keyword.arg}` is gone from transformers {switch.since}; this is the default")
        return
    test = written(script, value)
    test = f"({test})" if isinstance(value, (ast.IfExp, ast.Lambda)) else test
    code = switch.on if isinstance(value, ast.Constant) else f"{switch.on} if {test} else {switch.off}"
    yield from _replaced(keyword, switch.name, replace_argument(f"{switch.name}={code}"), given)


def _modern_trainer(script: Script, call: ast.Call) -> Iterator[Finding]:
    if takes(script, call, "tokenizer"):
        return
    names = {keyword.arg for keyword in call.keywords}
    for keyword in call.keywords:
        if keyword.arg == "tokenizer" and "processing_class" not in names:
            yield Edit(keyword, rename_keyword("processing_class"), "RL203", "`tokenizer` is now `processing_class`")
    if has_shifted(script, call) and not is_wrapped(script, call):
        yield Edit(call, name_shifted, "RL204", "positional arguments shifted in transformers 4.46")


def _modern_attributes(script: Script) -> Iterator[Finding]:
    for node in script.all(ast.Attribute):
        if node.attr == "tokenizer" and isinstance(node.value, ast.Name) and _is_its_own(script, node):
            yield Edit(
                node, rename_attribute("processing_class"), "RL203", "`trainer.tokenizer` is now `trainer.processing_class`"
            )


def _is_its_own(script: Script, node: ast.Attribute) -> bool:
    """Whether `trainer.tokenizer` is that of transformers, not set by the script."""
    if is_trainer_itself(script, node.value):
        return not any(True for _ in script.values(node))
    return is_trainer(script, node.value)


def _modern_overrides(script: Script) -> Iterator[Finding]:
    """`compute_loss` is called with `num_items_in_batch` since transformers 4.46."""
    for node in script.all(ast.ClassDef):
        if not is_trainer_class(ScriptNode(script, node)):
            continue
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "compute_loss" and not _accepts_items(part.args):
                why = "`compute_loss` is given `num_items_in_batch` since transformers 4.46"
                yield Edit(part, add_parameter("num_items_in_batch=None"), "RL205", why)


def _accepts_items(arguments: ast.arguments) -> bool:
    names = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    return arguments.kwarg is not None or "num_items_in_batch" in names
