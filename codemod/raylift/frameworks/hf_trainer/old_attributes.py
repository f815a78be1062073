"""What a script reads from its `TrainingArguments` that they no longer have.

    if training_args.evaluation_strategy != "no":        if last and not training_args.overwrite_output_dir:

becomes

    if training_args.eval_strategy != "no":              if last and not getattr(training_args, "overwrite_output_dir", False):
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import rename_attribute, replace_by
from raylift.frameworks.hf_trainer.argument_changes import trl_name
from raylift.frameworks.hf_trainer.arguments_classes import classes_of, old_reads
from raylift.frameworks.hf_trainer.gone_arguments import GONE_ARGUMENTS, TRL_NAMES, WHEN_TRUE
from raylift.frameworks.hf_trainer.library_classes import ARGUMENT_CLASSES, gone_with, is_gone, table_class
from raylift.plan import Case, Edit, Finding, Notice
from raylift.settings import Settings

WHEN_GONE = dict.fromkeys(
    ("overwrite_output_dir", "use_ipex", "use_legacy_prediction_loop", "use_mps_device", *WHEN_TRUE), "False"
)
"""What a script would have read that did not set it."""


def update_attributes(case: Case) -> Iterator[Finding]:
    """Let a script read what the chosen release of transformers has."""
    for node in old_reads(case.script):
        if is_gone(case.settings, ARGUMENT_CLASSES, node.attr):
            yield from _read(node, "" if node.attr in WHEN_TRUE else GONE_ARGUMENTS[node.attr].name)
    for node in case.script.all(ast.Attribute):
        if node.attr in TRL_NAMES and (name := table_class(classes_of(case.script, node.value), case.settings)):
            yield from _read_of_trl(node, name, case.settings)


def _read_of_trl(node: ast.Attribute, name: str, settings: Settings) -> Iterator[Finding]:
    new = trl_name(settings, name, node.attr) if is_gone(settings, name, node.attr) else ""
    if new:
        yield Edit(node, rename_attribute(new), "RL201", f"`{ast.unparse(node)}` is now `{new}`")


def _read(node: ast.Attribute, name: str) -> Iterator[Finding]:
    code = ast.unparse(node)
    gone = f"`{code}` is gone from {gone_with(ARGUMENT_CLASSES, node.attr)}"
    if name:
        yield Edit(node, rename_attribute(name), "RL201", f"`{code}` is now `{name}`")
    elif node.attr in WHEN_GONE:
        default = WHEN_GONE[node.attr]
        change = replace_by(f'getattr({ast.unparse(node.value)}, "{node.attr}", {default})')
        yield Edit(node, change, "RL201", gone)
    else:
        yield Notice(node.lineno, "RL202", f"{gone}, and reading it raises AttributeError", GONE_ARGUMENTS[node.attr].instead)
