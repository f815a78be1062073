"""What only a worker has, and no driver can make data with: a rank, an Accelerator, a model."""

from __future__ import annotations

import ast
import re

from raylift.frameworks.accelerate.accelerators import ACCELERATORS
from raylift.frameworks.hf_trainer.trainer_classes import makes_trainer
from raylift.plan import Refusal
from raylift.ray_data.origins import is_data
from raylift.script import Script
from raylift.script.functions import returned_expressions

MODEL_NAME = re.compile(
    r"(^|\.)(Auto\w*Model\w*|\w*For(CausalLM|SequenceClassification|TokenClassification|QuestionAnswering|MaskedLM|\w+Generation|\w+Classification)|get_peft_model|FastLanguageModel)(\.|$)"
)
RANK_NAMES = re.compile(r"^(accelerate\.(state\.)?AcceleratorState|torch\.distributed\.)")
RANK_COUNTS = frozenset({
    "local_process_index", "local_rank", "num_processes", "process_index", "split_between_processes", "world_size",
})  # fmt: skip
FIRST_ONLY = frozenset({"is_main_process", "is_local_main_process"})
"""What holds on a driver, where it only says who does something."""
RANK_VARIABLES = frozenset({"LOCAL_RANK", "RANK", "WORLD_SIZE"})


def refuse_worker(script: Script, node: ast.AST) -> None:
    """Raise where making the data takes what only a worker has."""
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        names = script.names(call.func)
        if not names.isdisjoint(ACCELERATORS) or any(map(RANK_NAMES.search, names)):
            what = "the Accelerator, which only workers have"
        elif makes_trainer(script, call) or any(map(MODEL_NAME.search, names)):
            what = "the model or its Trainer, which only workers have"
        else:
            continue
        text = f"making the data takes {what}: `{_shown(call)}`"
        remedy = "make the data without it, before the training, or lift without `--data ray`"
        raise Refusal(call.lineno, "RL341", text, remedy)
    for part in ast.walk(node):
        asks = isinstance(part, ast.Attribute) and (
            part.attr in RANK_COUNTS or (part.attr in FIRST_ONLY and _chooses(script, part))
        )
        if asks or _reads_rank(script, part):
            _refuse_rank(part)


def refuse_parts_by_rank(script: Script, function: ast.AST) -> None:
    """Raise where a function that makes data makes those of one worker: a driver would hand over the part of the first."""
    if not any(is_data(script, made) for made in returned_expressions(script, function)):
        return
    for part in ast.walk(function):
        counts = isinstance(part, ast.Attribute) and part.attr in RANK_COUNTS
        asks = isinstance(part, ast.Call) and any(n.startswith("torch.distributed.get_") for n in script.names(part.func))
        if counts or asks or _reads_rank(script, part):
            _refuse_rank(part)


def _chooses(script: Script, flag: ast.Attribute) -> bool:
    """Whether the first process does something else than others do: it does not where it does more, or shows its progress."""
    inner: ast.AST = flag
    for holder in script.enclosing(flag):
        if isinstance(holder, ast.keyword) and holder.arg == "disable":
            return False
        if isinstance(holder, ast.If) and inner is holder.test:
            return bool(holder.orelse)
        inner = holder
    return True


def _reads_rank(script: Script, part: ast.AST) -> bool:
    """Whether a part reads `os.environ["RANK"]`."""
    match part:
        case ast.Subscript(value=held, slice=ast.Constant(value=key)) if key in RANK_VARIABLES:
            return "os.environ" in script.names(held)
        case ast.Call(func=called, args=[ast.Constant(value=key), *_]) if key in RANK_VARIABLES:
            return not script.names(called).isdisjoint({"os.environ.get", "os.getenv"})
    return False


def _refuse_rank(part: ast.AST) -> None:
    text = f"making the data asks which worker it is: `{_shown(part)}`"
    remedy = "make the same data everywhere, or lift without `--data ray`"
    raise Refusal(getattr(part, "lineno", 0), "RL341", text, remedy)


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) < 60 else f"{text[:57]}..."
