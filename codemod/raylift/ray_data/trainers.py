"""What a Trainer is given in place of its datasets: the shards that the bundled runtime has of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import replace_argument
from raylift.edits.expressions import replace_by
from raylift.frameworks.hf_trainer.constructors import called_classes, lineage
from raylift.frameworks.hf_trainer.trainer_classes import root_module
from raylift.plan import Case, Edit, Finding, NeededImport
from raylift.ray_data.data_uses import DataUse, may_be_none
from raylift.ray_data.handed_over import HandedOver
from raylift.ray_data.loaders import WHY_SHARD, wrapped_edits
from raylift.script import Script
from raylift.script.expressions import written


def trainer_edits(case: Case, data: HandedOver) -> Iterator[Finding]:
    """Every dataset that a Trainer is given becomes the shard of that name."""
    module = case.settings.target.data
    yield from wrapped_edits(data)
    for use in data.uses:
        if use.wrapper:
            continue
        yield in_its_place(use, _where_given(case.script, use, _shard(case.script, use)))
    yield NeededImport(module, "get_dataset_shard")


def in_its_place(use: DataUse, code: str) -> Edit:
    """The edit that gives a Trainer something in the place of a dataset: of an argument, or of an entry of the dict that it is."""
    keyword = next((keyword for keyword in use.call.keywords if keyword.value is use.given), None)
    if keyword is None:
        return Edit(use.given, replace_by(code), "RL161", WHY_SHARD)
    return Edit(keyword, replace_argument(f"{keyword.arg}={code}"), "RL161", WHY_SHARD)


def _shard(script: Script, use: DataUse) -> str:
    """The shard of a dataset: of torch for transformers' own Trainers, of `datasets` for those that map it, as TRL's do."""
    shard = f'get_dataset_shard("{use.name}")'
    if takes_rows(script, use):
        return shard
    if use.given is use.dataset and may_be_none(script, use):
        held = script.free_name("shard", "data_shard")
        return f"{held}.to_huggingface() if ({held} := {shard}) is not None else None"
    return f"{shard}.to_huggingface()"


def takes_rows(script: Script, use: DataUse) -> bool:
    """Whether a Trainer takes rows as they are: transformers' own do, those of TRL map and filter them first."""
    made = [value for value in lineage(called_classes(script, use.call)) if isinstance(value, str)]
    return all(root_module(name) == "transformers" for name in made)


def _where_given(script: Script, use: DataUse, code: str) -> str:
    """The shard under the condition that its dataset is given under."""
    if isinstance(use.given, ast.IfExp) and use.given is not use.dataset:
        return f"{code} if {written(script, use.given.test)} else None"
    return code
