"""Readers of what `fit()` returned: where a Trainer's files lie in a checkpoint, and metrics that Ray no longer adds.

with result.checkpoint.as_directory() as folder:      with trainer_folder(result.checkpoint) as folder:
    model = BertModel.from_pretrained(folder)             model = BertModel.from_pretrained(folder)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import rename_attribute, replace_by
from raylift.frameworks.ray_legacy.checkpoints import is_checkpoint
from raylift.frameworks.ray_legacy.legacy_names import TRANSFORMERS_TRAINERS
from raylift.frameworks.ray_legacy.modern_forms import modern_code
from raylift.plan import Case, Edit, Finding, NeededImport, Notice
from raylift.script import Script, ScriptNode
from raylift.settings import Settings

NO_LONGER_REPORTED = frozenset({
    "date", "done", "experiment_id", "experiment_tag", "hostname", "iterations_since_restore", "node_ip", "pid", "should_checkpoint",
    "time_since_restore", "time_this_iter_s", "time_total_s", "timestamp", "training_iteration", "trial_id",
})  # fmt: skip


def adapt_result_readers(case: Case) -> Iterator[Finding]:
    """Point readers of a result to where things are now."""
    script, settings = case.script, case.settings
    if any(True for _ in script.calls_to(*TRANSFORMERS_TRAINERS)):
        yield from _folders(script, settings)
    for subscript in script.all(ast.Subscript):
        yield from _metric(subscript)
    for node in script.all(ast.Attribute):
        if node.attr == "log_dir" and _is_result(script, node.value):
            yield Edit(node, rename_attribute("path"), "RL236", "`Result.log_dir` is now `Result.path`")
        elif node.attr == "config" and _is_result(script, node.value):
            text = "`Result.config` is gone"
            yield Notice(node.lineno, "RL236", text, "keep the configuration that you gave to the trainer")


def _folders(script: Script, settings: Settings) -> Iterator[Finding]:
    """The Hugging Face files were the checkpoint itself; now they are its folder `checkpoint`."""
    for node in script.all(ast.Attribute):
        if node.attr not in ("as_directory", "path", "to_directory") or not is_checkpoint(script, node.value):
            continue
        call = script.parent(node)
        item = script.parent(call) if isinstance(call, ast.Call) else None
        target = item.optional_vars if isinstance(item, ast.withitem) else None
        if node.attr == "as_directory" and isinstance(target, ast.Name) and not settings.target.legacy:
            yield from _inside(script, target)
        elif node.attr == "as_directory" and isinstance(item, ast.withitem) and call is not None:
            source = modern_code(script, node.value, settings)
            yield Edit(
                call, replace_by(f"trainer_folder({source})"), "RL236", "the Trainer's files are in the folder `checkpoint`"
            )
            yield NeededImport(settings.target.legacy, "trainer_folder")
        elif node.attr != "path" or _is_of_result(script, node.value):
            text = f"`{ast.unparse(node)}`: the Trainer's files lie in its folder `checkpoint` now, not in its root"
            yield Notice(node.lineno, "RL236", text, 'read from os.path.join(folder, "checkpoint")')


def _is_of_result(script: Script, checkpoint: ast.expr) -> bool:
    """Whether a checkpoint comes from a result, `result.checkpoint`: the script may have made any other itself."""
    values = (value.node for value in script.values(checkpoint) if isinstance(value, ScriptNode))
    return any(isinstance(node, ast.Attribute) for node in (checkpoint, *values))


def _inside(script: Script, target: ast.Name) -> Iterator[Finding]:
    """With stock Ray, each use of a checkpoint's folder looks into the folder inside it."""
    statement = script.statement(target)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
            yield Edit(
                node, replace_by(f'os.path.join({node.id}, "checkpoint")'), "RL236", "the Trainer's files are in `checkpoint`"
            )
    yield NeededImport("os")


def _metric(node: ast.Subscript) -> Iterator[Finding]:
    key = node.slice
    is_metrics = isinstance(node.value, ast.Attribute) and node.value.attr in ("metrics", "metrics_dataframe")
    if is_metrics and isinstance(key, ast.Constant) and key.value in NO_LONGER_REPORTED:
        text = f"Ray Train no longer adds `{key.value}` to the reported metrics"
        yield Notice(node.lineno, "RL236", text, "report it yourself, or read `step` and `epoch`, which every report has")


def _is_result(script: Script, node: ast.expr) -> bool:
    """Whether an expression is what `fit()` returned."""
    for value in script.values(node):
        if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call):
            func = value.node.func
            if isinstance(func, ast.Attribute) and func.attr == "fit":
                return True
    return False
