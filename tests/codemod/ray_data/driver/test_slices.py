"""What cannot be sliced soundly is refused at the line that makes it so."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_hand_over import script

LOOP = """
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader, Dataset

class Pets(Dataset):
    pass

def main():
    accelerator = Accelerator()
    {data}
    loader = DataLoader({given})
    loader, model = accelerator.prepare(loader, make_model())
    for epoch in range(3):
        for batch in loader:
            accelerator.backward(model(batch))

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("data", "given", "rule", "line"),
    [
        ("data = load_dataset(str(accelerator.process_index))", "data", "RL341", 11),
        ("data = load_dataset('x', split=accelerator.device)", "data", "RL341", 11),
        ("data = Pets()", "data", "RL342", 12),
        ("from elsewhere import data", "data", "RL342", 12),
        ("data = load_dataset('x')", "data, sampler=order(data)", "RL344", 12),
        ("data, options = load_dataset('x'), {}", "data, **options", "RL344", 12),
        ("x = 1", "dataset=Pets()", "RL342", 12),
    ],
)
def test_a_loop_whose_data_the_driver_cannot_make_is_refused(data: str, given: str, rule: str, line: int) -> None:
    told = refusal(LOOP.format(data=data, given=given), data="ray")
    assert (told.rule, told.line) == (rule, line), told
    assert told.remedy


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("    main()\n", "    main()\n    main()\n", "RL343"),
        ("    main()\n", "    for fold in range(3):\n        main()\n", "RL343"),
        ('raw["train"]', "None", "RL340"),
        ('raw = load_dataset("glue", "mrpc")', "raw = load_dataset(Trainer(None, None).args.name)", "RL341"),
    ],
)
def test_a_script_whose_data_are_not_made_once_is_refused(old: str, new: str, rule: str) -> None:
    assert refusal(script("").replace(old, new), data="ray").rule == rule


def test_a_loop_in_a_function_that_nothing_calls_is_refused() -> None:
    assert refusal(script("").replace("    main()\n", "    run(main)\n"), data="ray").rule == "RL343"


@pytest.mark.parametrize(
    "rank", ["PartialState().process_index", 'int(os.environ["RANK"])', 'os.getenv("RANK")', "dist.get_rank()"]
)
def test_a_function_that_makes_the_part_of_one_worker_is_refused(rank: str) -> None:
    source = f"""
import os
import torch.distributed as dist
from accelerate import PartialState
from datasets import load_dataset
from transformers import Trainer

def rows():
    return load_dataset("x", split="train").shard(8, index={rank})

def main():
    Trainer(train_dataset=rows()).train()

if __name__ == "__main__":
    main()
"""
    refused = refusal(source, data="ray")
    assert (refused.rule, refused.line) == ("RL341", 9)


def test_a_function_that_only_orders_its_ranks_makes_data_for_a_driver() -> None:
    source = script("").replace(
        "def main", 'def rows():\n    with PartialState().main_process_first():\n        return load_dataset("y")\n\ndef main'
    )
    source = source.replace('load_dataset("glue", "mrpc")', "rows()").replace(
        "import load", "import load_dataset\nfrom accelerate import PartialState  # load", 1
    )
    assert "raw = rows()" in lifted(source, data="ray")


def test_what_is_set_for_the_model_is_not_made_on_the_driver() -> None:
    data = "args = parsed()\nkwargs = dict(dtype=args.dtype)\nargs.model_init_kwargs = kwargs\nargs.split = 'train'\ntokenizer.save_pretrained(args.out)"
    source = script(f"{data}\nraw = load_dataset(args.name, tokenizer)", "raw[args.split]")
    driver = lifted(source, data="ray").split("def load_datasets")[1].split("def train_func")[0]
    assert "args.split = 'train'" in driver
    assert "kwargs" not in driver
    assert "save_pretrained" not in driver


def test_a_dataset_that_is_none_in_every_run_is_no_data() -> None:
    source = script("nothing = None").replace("processing_class", "eval_dataset=nothing, processing_class")
    assert "eval_dataset=nothing" in lifted(source, data="ray")
