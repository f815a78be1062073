"""Names that the installed generation of Accelerate no longer takes.

    Accelerator(fp16=True, split_batches=True, logging_dir="logs")         DistributedType.TPU      accelerator.use_fp16

becomes

    Accelerator(mixed_precision="fp16", dataloader_config=DataLoaderConfiguration(split_batches=True), project_dir="logs")
    DistributedType.XLA      accelerator.mixed_precision != "no"
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import remove, rename_keyword, replace_argument
from raylift.edits.expressions import rename_attribute, replace_by
from raylift.frameworks.accelerate.accelerators import accelerator_constructions, is_accelerator
from raylift.plan import Case, Edit, Finding, NeededImport, Notice
from raylift.script import Script
from raylift.script.expressions import written, written_test, written_whole

OF_THE_DATALOADER = (
    "split_batches", "dispatch_batches", "even_batches", "use_seedable_sampler", "data_seed", "non_blocking", "use_stateful_dataloader",
)  # fmt: skip
DISTRIBUTED_TYPE = frozenset(
    {"accelerate.DistributedType", "accelerate.utils.DistributedType", "accelerate.state.DistributedType"}
)


def update_accelerator(case: Case) -> Iterator[Finding]:
    """Give every argument of an Accelerator, and what is read from it, the name that Accelerate has today."""
    script = case.script
    for call in accelerator_constructions(script):
        given = {keyword.arg: keyword for keyword in call.keywords if keyword.arg}
        yield from _precision(script, given)
        yield from _project_dir(script, given)
        yield from _dataloader(script, given)
    for node in script.all(ast.Attribute):
        if node.attr == "TPU" and not script.names(node.value).isdisjoint(DISTRIBUTED_TYPE):
            yield Edit(node, rename_attribute("XLA"), "RL224", "`DistributedType.TPU` is now `DistributedType.XLA`")
        elif node.attr == "use_fp16" and is_accelerator(script, node.value):
            new = f'({written_whole(script, node.value)}.mixed_precision != "no")'
            yield Edit(node, replace_by(new), "RL224", "`use_fp16` is gone; `mixed_precision` says it")


def has_precision(call: ast.Call) -> bool:
    """Whether an Accelerator says its precision, under today's name or under the old one that becomes it."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    old = given.get("fp16")
    return "mixed_precision" in given or (old is not None and not (isinstance(old, ast.Constant) and old.value is False))


def _precision(script: Script, given: dict[str, ast.keyword]) -> Iterator[Edit]:
    old = given.get("fp16")
    if old is None:
        return
    value = old.value.value if isinstance(old.value, ast.Constant) else None
    if "mixed_precision" in given or value is False:
        yield Edit(old, remove, "RL224", "`fp16` is gone; `mixed_precision` says it")
    else:
        new = '"fp16"' if value is True else f'"fp16" if {written_test(script, old.value)} else "no"'
        yield Edit(old, replace_argument(f"mixed_precision={new}"), "RL224", "`fp16` is now `mixed_precision`")


def _project_dir(script: Script, given: dict[str, ast.keyword]) -> Iterator[Finding]:
    old = given.get("logging_dir")
    if old is None:
        return
    if "project_config" in given:
        text = "`logging_dir` was dropped, there is a project_config"
        yield Edit(old, remove, "RL225", "`logging_dir` is gone from Accelerator")
        yield Notice(old.lineno, "RL225", text, "give logging_dir to that ProjectConfiguration")
    elif "project_dir" in given:
        new = f"project_config=ProjectConfiguration(logging_dir={written(script, old.value)})"
        needs = (NeededImport("accelerate.utils", "ProjectConfiguration"),)
        yield Edit(old, replace_argument(new), "RL224", "`logging_dir` is now part of `project_config`", needs)
    else:
        yield Edit(old, rename_keyword("project_dir"), "RL224", "`logging_dir` is now `project_dir`")


def _dataloader(script: Script, given: dict[str, ast.keyword]) -> Iterator[Finding]:
    old = [given[name] for name in OF_THE_DATALOADER if name in given]
    if not old:
        return
    if "dataloader_config" in given:
        for keyword in old:
            yield Edit(keyword, remove, "RL225", f"`{keyword.arg}` is now part of `dataloader_config`")
            text = f"`{keyword.arg}` was dropped, there is a dataloader_config"
            yield Notice(keyword.lineno, "RL225", text, "give it to that DataLoaderConfiguration")
        return
    fields = ", ".join(f"{keyword.arg}={written(script, keyword.value)}" for keyword in old)
    why = f"{', '.join(f'`{keyword.arg}`' for keyword in old)} belongs into `dataloader_config`"
    new, needs = (
        f"dataloader_config=DataLoaderConfiguration({fields})",
        (NeededImport("accelerate.utils", "DataLoaderConfiguration"),),
    )
    yield Edit(old[0], replace_argument(new), "RL224", why, needs, group=old[0])
    for keyword in old[1:]:
        yield Edit(keyword, remove, "RL224", why, group=old[0])
