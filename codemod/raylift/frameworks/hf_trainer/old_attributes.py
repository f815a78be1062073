"""What a script reads from its `TrainingArguments` that they no longer have.

    if training_args.evaluation_strategy != "no":        if last and not training_args.overwrite_output_dir:

becomes

    if training_args.eval_strategy != "no":              if last and not getattr(training_args, "overwrite_output_dir", False):
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import rename_attribute, replace_by
from raylift.frameworks.hf_trainer.arguments_classes import holds_arguments, own_fields
from raylift.frameworks.hf_trainer.old_arguments import GONE_ARGUMENTS, WHEN_TRUE
from raylift.plan import Case, Edit, Finding, Notice

WHEN_GONE = dict.fromkeys(
    ("overwrite_output_dir", "use_ipex", "use_legacy_prediction_loop", "use_mps_device", *WHEN_TRUE), "False"
)
"""What a script would have read that did not set it."""


def update_attributes(case: Case) -> Iterator[Finding]:
    """Let a script read what the chosen generation of transformers has."""
    script, settings = case.script, case.settings
    for node in script.all(ast.Attribute):
        gone = GONE_ARGUMENTS.get(node.attr) or WHEN_TRUE.get(node.attr)
        if not gone or gone.since > settings.transformers or not isinstance(node.ctx, ast.Load):
            continue
        if not holds_arguments(script, node.value) or node.attr in own_fields(script):
            continue
        yield from _read(node, "" if node.attr in WHEN_TRUE else gone.name, gone.since)


def _read(node: ast.Attribute, name: str, since: int) -> Iterator[Finding]:
    code = ast.unparse(node)
    if name:
        yield Edit(node, rename_attribute(name), "RL201", f"`{code}` is now `{name}`")
    elif node.attr in WHEN_GONE:
        default = WHEN_GONE[node.attr]
        change = replace_by(f'getattr({ast.unparse(node.value)}, "{node.attr}", {default})')
        yield Edit(node, change, "RL201", f"`{code}` is gone from transformers {since}")
    else:
        text = f"`{code}` is gone from transformers {since}, and reading it raises AttributeError"
        yield Notice(node.lineno, "RL202", text, GONE_ARGUMENTS[node.attr].instead)
