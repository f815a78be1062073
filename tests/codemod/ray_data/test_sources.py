"""What an ordinary script makes its data of goes to the driver whole: files that it reads, tables, generators, saved datasets."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_hand_over import parts

IMPORTS = """
import csv, json, os
import pandas as pd
from accelerate import Accelerator
from datasets import Dataset, DatasetDict, concatenate_datasets, load_dataset, load_from_disk
from torch.utils.data import DataLoader
from transformers import Trainer

def main():
{data}
"""
LOOP = """
    accelerator = Accelerator()
    loader = DataLoader(rows, batch_size=8)
    model, loader = accelerator.prepare(make_model(), loader)
    for epoch in range(3):
        for batch in loader:
            accelerator.backward(model(batch))

main()
"""
TRAINER = "\n    Trainer(train_dataset=rows).train()\n\nmain()\n"

READ_JSON = 'with open("x.jsonl") as file:\n    lines = [json.loads(line) for line in file]\nrows = Dataset.from_list(lines)'
READ_CSV = """texts, labels = [], []
with open("x.csv") as file:
    for row in csv.DictReader(file):
        texts.append(row["text"])
        labels.append(int(row["label"]))
rows = Dataset.from_dict({"text": texts, "label": labels})"""
PANDAS = """table = pd.read_csv("x.csv")
table = table.dropna()
table["label"] = table["label"].astype(int)
table.sort_values("label", inplace=True)
train = table.sample(frac=0.8, random_state=1)
rows = DatasetDict({"train": Dataset.from_pandas(train), "test": Dataset.from_pandas(table.drop(train.index))})["train"]"""
GENERATED = 'def made():\n    for i in range(4):\n        yield {"text": str(i)}\n\nrows = Dataset.from_generator(made)'
FILES = 'files = {}\nfiles["train"] = "x.csv"\nkind = "csv"\nrows = load_dataset(kind, data_files=files)["train"]'
CACHED = """try:
    rows = load_from_disk("x")
except FileNotFoundError:
    rows = load_dataset("x", split="train")
    rows.save_to_disk("x")"""
KEPT = """if os.path.exists("x"):
    rows = load_from_disk("x")
else:
    rows = load_dataset("json", data_files="x.json", split="train")
    rows.save_to_disk("x")"""
JOINED = 'rows = concatenate_datasets([load_dataset("parquet", data_files=name, split="train") for name in ("x", "y")])'


def source(data: str, training: str) -> str:
    return IMPORTS.format(data=indent(data, "    ")) + training


@pytest.mark.parametrize("data", [READ_JSON, READ_CSV, PANDAS, GENERATED, FILES, CACHED, KEPT, JOINED])
@pytest.mark.parametrize(("training", "runtime"), [(LOOP, "raylift"), (LOOP, "ray"), (TRAINER, "raylift")])
def test_all_that_makes_the_data_stands_on_the_driver_as_it_was_written(data: str, training: str, runtime: str) -> None:
    code = lifted(source(data, training), data="ray", runtime=runtime)
    assert indent(data, "    ") in code
    assert code.count("from_huggingface(rows)") == 1
    driver, worker = parts(code)
    assert "rows = " in driver
    assert "rows = " not in worker


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        ('with open("x.jsonl") as file:\n    rows = [json.loads(line) for line in file]', "from_list(rows)"),
        ('rows = pd.read_csv("x.csv").to_dict("records")', "from_list(rows)"),
        ('rows = pd.read_csv("x.csv")', "from_pandas(rows)"),
        ("rows = unknown()", "load it with the library `datasets`"),
    ],
)
@pytest.mark.parametrize("training", [LOOP, TRAINER])
def test_rows_that_are_no_dataset_are_refused_with_what_makes_them_one(data: str, remedy: str, training: str) -> None:
    refused = refusal(source(data, training), data="ray")
    assert refused.rule == "RL342"
    assert remedy in refused.remedy
