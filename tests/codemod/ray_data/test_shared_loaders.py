"""A function that makes a loader of what it is given, and is called for the rows to train on and for those to evaluate on."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_hand_over import parts

SHARED = """
import torch
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader, Dataset

class Reviews(Dataset):
    def __init__(self, rows, tokenizer):
        self.rows = rows
        self.tokenizer = tokenizer

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.tokenizer(self.rows[index]["text"])

def create_data_loader(rows, tokenizer, batch_size=4, shuffle=False):
{helper}

def main():
    accelerator = Accelerator()
    tokenizer = make_tokenizer()
    raw = load_dataset("imdb")
{calls}
    model, train_loader, eval_loader = accelerator.prepare(make_model(), train_loader, eval_loader)
    for epoch in range(3):
        for batch in train_loader:
            accelerator.backward(model(batch))
        for batch in eval_loader:
            model(batch)

if __name__ == "__main__":
    main()
"""
LOADER = "return DataLoader(rows, batch_size, shuffle)"
CALLS = """train_loader = create_data_loader(raw["train"], tokenizer, 8, shuffle=True)
eval_loader = create_data_loader(tokenizer=tokenizer, rows=raw["validation"])"""


def shared(helper: str = LOADER, calls: str = CALLS) -> str:
    helper, calls = ("".join(f"    {line}\n" for line in text.splitlines()) for text in (helper, calls))
    return SHARED.format(helper=helper, calls=calls)


def test_each_call_is_given_its_shard_and_the_one_loader_reads_what_it_is_given() -> None:
    code = lifted(shared(f"print(len(rows))\n{LOADER}"), data="ray")
    driver, worker = parts(code)
    assert "'train': from_huggingface(raw['train'])" in driver
    assert "'validation': from_huggingface(raw['validation'])" in driver
    assert "train_loader = create_data_loader(get_dataset_shard('train'), tokenizer, 8, shuffle=True)" in worker
    assert "eval_loader = create_data_loader(tokenizer=tokenizer, rows=get_dataset_shard('validation'))" in worker
    assert "load_dataset(" not in worker
    assert "return data_loader(rows, batch_size=batch_size, shuffle=shuffle)" in code
    assert "import DataLoader" not in code


def test_a_class_that_wraps_the_rows_stays_where_it_is_called() -> None:
    inside = lifted(shared("reviews = Reviews(rows, tokenizer)\nreturn DataLoader(reviews, batch_size=batch_size)"), data="ray")
    assert "reviews = Reviews(rows, tokenizer)" in inside
    assert "data_loader(reviews, batch_size=batch_size)" in inside
    assert 'create_data_loader(get_dataset_shard("train"), tokenizer, 8, shuffle=True)' in inside
    outside = lifted(shared(calls=CALLS.replace('raw["train"]', 'Reviews(raw["train"], tokenizer)')), data="ray")
    assert 'create_data_loader(Reviews(get_dataset_shard("train"), tokenizer), tokenizer, 8, shuffle=True)' in outside
    assert 'rows=get_dataset_shard("validation")' in outside


@pytest.mark.parametrize(
    "helper",
    ["rows = rows.map(tokenizer)\n" + LOADER, "print(rows[0])\n" + LOADER, "rows.set_format('torch')\n" + LOADER],
)
def test_rows_that_the_function_changes_or_looks_into_are_refused(helper: str) -> None:
    refused = refusal(shared(helper), data="ray")
    assert refused.rule == "RL343"
    assert "is called in 2 places" in refused.text


def test_rows_that_some_runs_lack_are_refused() -> None:
    calls = CALLS.replace('rows=raw["validation"]', 'rows=raw["validation"] if tokenizer else None')
    assert refusal(shared(calls=calls), data="ray").rule == "RL343"


def test_calls_of_which_a_run_makes_one_are_refused() -> None:
    first, other = CALLS.replace("eval_loader", "train_loader").splitlines()
    calls = f"if tokenizer:\n    {first}\nelse:\n    {other}\neval_loader = create_data_loader(raw['test'], tokenizer)"
    assert "as the condition in line" in refusal(shared(calls=calls), data="ray").text


def test_stock_ray_whose_shards_make_their_batches_themselves_refuses_one_loader_of_several_datasets() -> None:
    refused = refusal(shared(), data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert "lift with `--runtime raylift`" in refused.remedy


@pytest.mark.parametrize(
    ("made", "runtime"),
    [
        ("DataLoader(rows, batch_size=8)", "raylift"),
        ("DataLoader(rows, batch_size=8)", "ray"),
        ("create_data_loader(rows, tokenizer)", "raylift"),
    ],
)
def test_one_name_for_two_datasets_is_refused_where_the_first_is_given(made: str, runtime: str) -> None:
    calls = f'rows = raw["train"]\ntrain_loader = {made}\nrows = raw["test"]\neval_loader = {made}'
    helper = LOADER if made.startswith("create") else "return rows"
    refused = refusal(shared(helper, calls), data="ray", runtime=runtime)
    assert refused.rule == "RL343"
    assert "`rows`, which is given here, becomes something else in line" in refused.text
