"""Names of an early Accelerate, before and after."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

from raylift.frameworks.accelerate.old_arguments import OF_THE_DATALOADER
from raylift.releases.table import ARGUMENTS

PAIRS = {
    "fp16": ("Accelerator(fp16=True)", 'Accelerator(mixed_precision="fp16")'),
    "no fp16": ("Accelerator(fp16=False, cpu=c)", "Accelerator(cpu=c)"),
    "fp16 by choice": ("Accelerator(fp16=args.fp16)", 'Accelerator(mixed_precision="fp16" if args.fp16 else "no")'),
    "logging_dir": ("Accelerator(logging_dir=folder)", "Accelerator(project_dir=folder)"),
    "logging_dir beside project_dir": (
        'Accelerator(project_dir="p", logging_dir="l")',
        'Accelerator(project_dir="p", project_config=ProjectConfiguration(logging_dir="l"))',
    ),
    "the dataloader's": (
        "Accelerator(split_batches=True, cpu=c, even_batches=False)",
        "Accelerator(dataloader_config=DataLoaderConfiguration(split_batches=True, even_batches=False), cpu=c)",
    ),
    "TPU": ("Accelerator(); DistributedType.TPU", "Accelerator(); DistributedType.XLA"),
    "fp16 by a choice of choices": (
        "Accelerator(fp16=a if b else c)",
        'Accelerator(mixed_precision="fp16" if (a if b else c) else "no")',
    ),
    "use_fp16": ("Accelerator(); accelerator.use_fp16", 'Accelerator(); (accelerator.mixed_precision != "no")'),
    "what is of today stays": (
        "Accelerator(mixed_precision='no', project_dir=p)",
        "Accelerator(mixed_precision='no', project_dir=p)",
    ),
}


def script(call: str) -> str:
    return f"from accelerate import Accelerator, DistributedType\n\naccelerator = {call}\naccelerator.backward(loss)\n"


@pytest.mark.parametrize("name", PAIRS)
def test_a_name_becomes_todays(name: str) -> None:
    before, after = PAIRS[name]
    assert after.partition("; ")[0] in lifted(script(before))
    assert after.partition("; ")[2] in lifted(script(before))


@pytest.mark.parametrize("plugin", ["dataloader_config=own, split_batches=True", "project_config=own, logging_dir='l'"])
def test_what_would_collide_is_dropped_and_told(plugin: str) -> None:
    assert [notice.rule for notice in notices(script(f"Accelerator({plugin})"))].count("RL225") == 1
    assert "own)" in lifted(script(f"Accelerator({plugin})"))


def test_the_new_classes_are_imported() -> None:
    assert "from accelerate.utils import DataLoaderConfiguration\n" in lifted(script("Accelerator(even_batches=True)"))


def test_all_that_an_accelerator_no_longer_takes_by_the_table_of_releases_is_known() -> None:
    rows = ARGUMENTS["accelerate.Accelerator"]
    gone = {
        argument for span, names in rows.items() if span[:1].isdigit() and not span.endswith("-") for argument in names.split()
    }
    assert gone
    assert gone <= {*OF_THE_DATALOADER, "fp16", "logging_dir"}


@pytest.mark.parametrize(("old", "new"), [("True", '"fp16"'), ("flag", '"fp16" if flag else "no"')])
def test_an_old_name_for_the_precision_is_the_scripts_own_where_a_config_is_written_out(old: str, new: str) -> None:
    source, config = script(f"Accelerator(fp16={old})"), {"mixed_precision": "bf16"}
    assert f"Accelerator(mixed_precision={new})" in lifted(source, inline_config=config)
    assert "RL227" in [notice.rule for notice in notices(source, inline_config=config)]


def test_an_old_name_that_asks_for_no_precision_leaves_it_to_the_config() -> None:
    code = lifted(script("Accelerator(fp16=False)"), inline_config={"mixed_precision": "bf16"})
    assert 'Accelerator(mixed_precision="bf16")' in code
