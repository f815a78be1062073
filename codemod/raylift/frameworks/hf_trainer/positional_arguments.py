"""Positional arguments of a Trainer, which shifted when transformers 4.46 put one more between them.

Trainer(m, a, c, t, e, k, None, metrics)        Trainer(m, a, c, t, e, k, model_init=None, compute_metrics=metrics)
"""

from __future__ import annotations

import ast

from raylift.edits.arguments import name_arguments
from raylift.frameworks.hf_trainer.constructors import takes
from raylift.script import Script

POSITIONS = (
    "model", "args", "data_collator", "train_dataset", "eval_dataset", "processing_class", "model_init", "compute_metrics", "callbacks",
    "optimizers", "preprocess_logits_for_metrics",
)  # fmt: skip
"""The positional arguments of `Trainer` up to transformers 4.45; 4.46 put `compute_loss_func` before `compute_metrics`."""
name_shifted = name_arguments(POSITIONS, POSITIONS.index("model_init"))


def has_shifted(script: Script, call: ast.Call) -> bool:
    """Whether a call of a Trainer class gives by position what stands elsewhere today; with more than there were it is of today."""
    plain = not any(isinstance(arg, ast.Starred) for arg in call.args)
    return (
        plain and POSITIONS.index("compute_metrics") < len(call.args) <= len(POSITIONS) and not takes(script, call, "model_init")
    )
