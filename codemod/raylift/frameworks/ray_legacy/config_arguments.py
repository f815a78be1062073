"""Arguments of Ray's configurations that today's Ray Train raises on.

    RunConfig(local_dir="results", verbose=0)          CheckpointConfig(num_to_keep=1, checkpoint_at_end=True)

becomes

    RunConfig(storage_path="results")                  CheckpointConfig(num_to_keep=1)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import remove
from raylift.edits.calls import Argument, recast_argument
from raylift.frameworks.ray_legacy.legacy_names import RUN_CONFIGS, TORCH_TRAINERS
from raylift.frameworks.ray_legacy.legacy_uses import dropped_arguments
from raylift.frameworks.ray_legacy.renames import uses_callbacks
from raylift.frameworks.ray_legacy.trainer_calls import is_none
from raylift.plan import Case, Edit, Finding, Notice, Refusal
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written

INSTEAD = {
    "checkpoint_at_end": "report a checkpoint at the end of training",
    "checkpoint_frequency": "report a checkpoint as often as you want one",
    "fail_fast": "FailureConfig(max_failures=0) is the default: the first failure ends the run",
    "metadata": "call Checkpoint.update_metadata on the checkpoint that is reported",
    "stop": "leave the training loop where it is to stop",
    "sync_config": "storage_path says where results go",
    "trainer_resources": "the trainer itself takes no resources any more",
}
SILENT = frozenset({"verbose", "log_to_file", "progress_reporter"})
"""They only changed what was printed."""


def drop_arguments(case: Case) -> Iterator[Finding]:
    """Rename or remove each argument that raises; raises Refusal where that would lose data."""
    script = case.script
    gone: dict[ast.Call, list[ast.keyword]] = {}
    for call, keyword in dropped_arguments(script):
        gone.setdefault(call, []).append(keyword)
    for call in script.calls_to(*RUN_CONFIGS):
        tune = [k for k in call.keywords if k.arg == "callbacks" and uses_callbacks(script, k.value)]
        gone.setdefault(call, []).extend(tune)
    for call, keywords in gone.items():
        if not script.names(call.func).isdisjoint(TORCH_TRAINERS):
            _refuse_on_trainer(keywords)
        for keyword in keywords:
            new = _instead(script, call, keyword)
            change = remove if new is None else recast_argument(new)
            rule = "RL234" if keyword.arg == "callbacks" else "RL231"
            yield Edit(keyword, change, rule, f"Ray Train raises on `{keyword.arg}`")
            if new is None and keyword.arg not in SILENT and not _is_off(keyword.value):
                yield _told(keyword)


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, False)


def _instead(script: Script, call: ast.Call, keyword: ast.keyword) -> Argument | None:
    """What an argument becomes: `storage_path` where it said where results go, else nothing."""
    if any(each.arg == "storage_path" for each in call.keywords):
        return None
    if keyword.arg == "local_dir" and not _has_upload(script, call):
        return Argument("storage_path")
    folder = _upload_folder(script, keyword.value) if keyword.arg == "sync_config" else None
    return Argument("storage_path", written(script, folder)) if folder is not None else None


def _told(keyword: ast.keyword) -> Notice:
    if keyword.arg == "callbacks":
        text = f"`callbacks={ast.unparse(keyword.value)}` was dropped: Ray Train takes no callbacks of Ray Tune"
        return Notice(keyword.lineno, "RL234", text, "log from the train function, on rank 0")
    text = f"`{keyword.arg}` was dropped"
    return Notice(keyword.lineno, "RL231", text, INSTEAD.get(str(keyword.arg), "it has no successor"))


def _has_upload(script: Script, call: ast.Call) -> bool:
    return any(k.arg == "sync_config" and _upload_folder(script, k.value) is not None for k in call.keywords)


def _upload_folder(script: Script, value: ast.expr) -> ast.expr | None:
    for found in script.values(value):
        if isinstance(found, ScriptNode) and isinstance(found.node, ast.Call):
            for keyword in found.node.keywords:
                if keyword.arg == "upload_dir" and not is_none(keyword.value):
                    return keyword.value
    return None


def _refuse_on_trainer(keywords: list[ast.keyword]) -> None:
    for keyword in keywords:
        if is_none(keyword.value) or keyword.arg == "metadata":
            continue
        remedy = "pass the checkpoint in train_loop_config, and read it in the loop where ray.train.get_checkpoint() is None"
        if keyword.arg == "preprocessor":
            remedy = "apply it to the datasets: preprocessor.fit_transform(dataset)"
        raise Refusal(keyword.value.lineno, "RL328", f"`{keyword.arg}` is gone from TorchTrainer", remedy)
