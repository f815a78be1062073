"""A tiny model, data made here, and a Trainer of them: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed


class Sentences(Dataset[dict[str, Any]]):
    """Random token ids with a random label each, the same ones every time."""

    def __init__(self, rows: int) -> None:
        generator = torch.Generator().manual_seed(1)
        self.tokens = torch.randint(0, 50, (rows, 8), generator=generator)
        self.labels = torch.randint(0, 2, (rows,), generator=generator)

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"input_ids": self.tokens[row], "labels": self.labels[row]}


def model() -> BertForSequenceClassification:
    set_seed(7)
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    return BertForSequenceClassification(config)


def trainer(output_dir: Path | str, kind: type[Trainer] = Trainer, **arguments: Any) -> Trainer:
    defaults = {"per_device_train_batch_size": 4, "logging_steps": 2, "report_to": "none", "disable_tqdm": True, "use_cpu": True}
    args = TrainingArguments(output_dir=str(output_dir), **{**defaults, **arguments})
    return kind(model=model(), args=args, train_dataset=Sentences(64), eval_dataset=Sentences(16))
