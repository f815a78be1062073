"""What is counted of the data, and data of which a run uses some or others."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_hand_over import parts, script

LOOP = """
import torch
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader

def main(is_small):
    accelerator = Accelerator()
{data}
    loader, model = accelerator.prepare(loader, make_model())
    for epoch in range(3):
        for batch in loader:
            accelerator.backward(model(batch))

if __name__ == "__main__":
    main(False)
"""


def loop(data: str) -> str:
    return LOOP.format(data="".join(f"    {line}\n" for line in data.splitlines()))


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_the_rows_of_a_split_are_counted_by_its_name(runtime: str) -> None:
    data = "data = load_dataset(\"x\")\nsizes = f\"{len(data['train'])} of {len(data['other'])}\""
    code = lifted(loop(f'{data}\nloader = DataLoader(data["train"])'), data="ray", runtime=runtime)
    count = "dataset_rows('train')" if runtime == "raylift" else "DATASET_ROWS['train']"
    assert f"{{{count}}} of {{len(data['other'])}}" in code


def test_rows_that_are_counted_before_they_are_chosen_stay_counted_there() -> None:
    source = script('n = len(raw["train"])\nraw["train"] = raw["train"].select(range(n // 2))')
    assert "dataset_rows" not in lifted(source, data="ray")


def test_two_datasets_of_which_a_run_uses_one_are_refused() -> None:
    data = 'if is_small:\n    loader = DataLoader(load_dataset("x"))\nelse:\n    loader = DataLoader(load_dataset("y"))'
    assert (refused := refusal(loop(data), data="ray")).rule == "RL343"
    assert refused.line == 12


def test_one_dataset_in_both_branches_is_handed_over_once() -> None:
    source = script("").replace(
        "    trainer = Trainer(args", '    if tokenizer:\n        trainer = Trainer(None, train_dataset=raw["train"], args'
    )
    source = source.replace(
        '"out"), train_dataset=raw["train"], processing_class=tokenizer)',
        '"out"))\n    else:\n        trainer = Trainer(train_dataset=raw["train"])',
    )
    driver, _ = parts(lifted(source, data="ray"))
    assert driver.count("from_huggingface") == 1


def test_a_dataset_of_torch_that_takes_the_name_of_the_data_is_refused() -> None:
    data = 'data = load_dataset("x")\ndata = torch.utils.data.TensorDataset(data["a"])\nloader = DataLoader(data)'
    refused = refusal(loop(data), data="ray")
    assert refused.rule == "RL342"
    assert "TensorDataset` is a torch Dataset, " in refused.text
    data = 'data, _ = random_split(load_dataset("x"), [1, 2])\nloader = DataLoader(data)'
    source = loop(data).replace("import DataLoader", "import DataLoader, random_split")
    assert "`random_split` is a torch Dataset, " in refusal(source, data="ray").text


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_loop_that_no_function_holds_is_lifted_as_one_in_a_function(runtime: str) -> None:
    source = """
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader

accelerator = Accelerator()

def rows(name):
    with accelerator.main_process_first():
        return load_dataset(name)

raw = rows("x")
loader = DataLoader(raw["train"], batch_size=8)
model, loader = accelerator.prepare(make_model(), loader)
for epoch in range(3):
    for batch in loader:
        accelerator.backward(model(batch))
"""
    code = lifted(source, data="ray", runtime=runtime)
    driver, worker = code.split("def train_func")
    assert "    accelerator = PartialState()\n" in driver
    assert "    accelerator = Accelerator()\n" in worker
    assert "load_dataset(" not in worker


def test_statements_of_one_line_keep_their_order() -> None:
    source = script("data = raw['train']; data.set_format('torch'); data = data.shard(2, 0)", "data")
    code = lifted(source, data="ray")
    driver = code[code.index("def load_datasets") :]
    assert driver.index("data = raw['train']") < driver.index("data.set_format('torch')") < driver.index("data.shard(2, 0)")


def test_a_trainer_that_is_given_its_data_without_a_name_is_refused_where_it_is_made() -> None:
    source = script("").replace('train_dataset=raw["train"]', "**{'train_dataset': raw['train']}")
    refused = refusal(source, data="ray")
    assert refused.rule == "RL340"
    assert "Trainer(" in source.splitlines()[refused.line - 1]
