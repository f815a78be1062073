"""Torch datasets of the script's own: those that only wrap one of `datasets` stay with the worker, which gives them its shard."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_hand_over import parts

REVIEWS = """
import torch
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader, Dataset
from transformers import AutoTokenizer, Trainer

class Reviews(Dataset):
    def __init__(self, rows, tokenizer, length=8):
        self.rows = rows
        self.tokenizer, self.length = tokenizer, length

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        return self.tokenizer(row["text"], max_length=self.length)

def main():
    tokenizer = AutoTokenizer.from_pretrained("x")
    raw = load_dataset("imdb")
    train = Reviews({given})
    print(len(train))
{training}

if __name__ == "__main__":
    main()
"""
LOOP = """    accelerator = Accelerator()
    loader = DataLoader(train, batch_size=8, shuffle=True)
    model, loader = accelerator.prepare(make_model(), loader)
    for epoch in range(3):
        for batch in loader:
            accelerator.backward(model(batch))"""
TRAINER = """    trainer = Trainer(train_dataset=train, eval_dataset=Reviews(rows=raw["test"], tokenizer=tokenizer))
    trainer.train()"""


def reviews(training: str = LOOP, given: str = 'raw["train"], tokenizer') -> str:
    return REVIEWS.format(training=training, given=given)


def test_the_class_of_a_loop_wraps_the_shard_and_its_loader_is_ours() -> None:
    driver, worker = parts(lifted(reviews(), data="ray"))
    assert "'train': from_huggingface(raw['train'])" in driver
    assert "Reviews" not in driver
    assert "train = Reviews(get_dataset_shard('train'), tokenizer)" in worker
    assert "loader = data_loader(train, batch_size=8, shuffle=True)" in worker
    assert "load_dataset(" not in worker


def test_a_class_that_is_made_where_it_is_given_stays_there() -> None:
    source = reviews(
        LOOP.replace("(train,", '(Reviews(raw["train"], tokenizer, length=3),').replace("loader = Data", "loader = Data")
    )
    source = source.replace('    train = Reviews(raw["train"], tokenizer)\n    print(len(train))\n', "")
    _, worker = parts(lifted(source, data="ray"))
    assert "data_loader(Reviews(get_dataset_shard('train'), tokenizer, length=3), batch_size=8, shuffle=True)" in worker
    _, worker = parts(lifted(source, data="ray", runtime="ray"))
    assert "lambda ray_rows: default_collate([*Reviews(ray_rows, tokenizer, length=3)])" in worker


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.rows = rows", 'super().__init__()\n        self.rows: "datasets.Dataset" = rows'),
        ("self.rows = rows", "self.rows, self.kept = rows, True"),
        ("return len(self.rows)", '"""How many."""\n        return len(self.rows)'),
        (
            'row = self.rows[index]\n        return self.tokenizer(row["text"]',
            "return self.tokenizer(self.rows[index].get('text')",
        ),
        ("row = self.rows[index]", "row = dict(self.rows[int(index)].items())"),
        ("class Reviews(Dataset)", "class Reviews(torch.utils.data.Dataset)"),
        ("class Reviews(Dataset)", "class Reviews"),
    ],
)
def test_a_class_may_wrap_rows_in_other_words(old: str, new: str) -> None:
    assert old in reviews()
    _, worker = parts(lifted(reviews().replace(old, new), data="ray"))
    assert "train = Reviews(get_dataset_shard('train'), tokenizer)" in worker


def test_with_stock_ray_a_batch_of_rows_is_wrapped_where_it_is_collated() -> None:
    _, worker = parts(lifted(reviews(), data="ray", runtime="ray"))
    assert "train = lambda ray_rows: Reviews(ray_rows, tokenizer)" in worker
    assert "lambda ray_rows: default_collate([*train(ray_rows)]), accelerator.device" in worker
    assert "print(DATASET_ROWS['train'])" in worker
    in_text = lifted(reviews().replace("len(train)", 'f"{len(train)} rows"'), data="ray", runtime="ray")
    assert "print(f\"{DATASET_ROWS['train']} rows\")" in in_text


def test_a_trainer_is_given_what_wraps_its_shard() -> None:
    driver, worker = parts(lifted(reviews(TRAINER), data="ray"))
    assert "'validation': from_huggingface(raw['test'])" in driver
    assert "train = Reviews(get_dataset_shard('train'), tokenizer)" in worker
    assert "eval_dataset=Reviews(rows=get_dataset_shard('validation'), tokenizer=tokenizer)" in worker
    assert "train_dataset=train" in worker


def test_stock_ray_has_no_rows_for_what_wraps_them_for_a_trainer() -> None:
    refused = refusal(reviews(TRAINER), data="ray", runtime="ray")
    assert (refused.rule, refused.line) == ("RL345", 23)


def test_what_is_made_anew_for_each_batch_is_refused_with_stock_ray_only() -> None:
    source = reviews(given='raw["train"], AutoTokenizer.from_pretrained("y")')
    assert (refused := refusal(source, data="ray", runtime="ray")).rule == "RL345"
    assert refused.line == 23
    assert lifted(source, data="ray")


def test_a_row_that_is_looked_at_is_one_of_the_shard_and_refused_with_stock_ray() -> None:
    source = reviews().replace("print(len(train))", "print(train[0])")
    assert "print(train[0])" in lifted(source, data="ray")
    refused = refusal(source, data="ray", runtime="ray")
    assert (refused.rule, refused.line) == ("RL345", 24)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return len(self.rows)", "if self.length:\n            return 3\n        return len(self.rows)"),
        ("return len(self.rows)", "return 2 * len(self.rows)"),
        ("self.rows[index]", "self.rows[len(self.rows) - index]"),
        ("self.rows[index]", "self.rows[self.order[index]]"),
        ('row["text"]', "row"),
        ("self.rows = rows", "self.rows = rows.shuffle()"),
        ("self.rows = rows", "self.rows, self.kept = rows, True\n        self.rows += tokenizer"),
        ("self.rows = rows", "self.rows, self.labels = rows, rows['label']"),
        ("self.rows = rows", "self.rows = rows\n        self.labels = rows['label']"),
        ("return len(self.rows)", "return len(self.rows)\n\n    def texts(self):\n        return self.rows['text']"),
        ("class Reviews(Dataset)", "class Reviews(Elsewhere)"),
        ('Reviews(raw["train"], tokenizer)', "Reviews([1, 2], tokenizer)"),
        ('Reviews(raw["train"], tokenizer)', "Reviews(*made, tokenizer)"),
    ],
)
@pytest.mark.parametrize("training", [LOOP, TRAINER])
def test_a_class_that_does_more_than_to_wrap_rows_is_refused(training: str, old: str, new: str) -> None:
    source = reviews(training)
    assert old in source
    refused = refusal(source.replace(old, new), data="ray")
    assert refused.rule == "RL342"
    assert refused.remedy
