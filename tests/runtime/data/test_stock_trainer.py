"""A Trainer lifted with `--data ray --runtime ray`, trained by stock Ray on two workers: rows, steps and losses in one run."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.codemod.lifting import lifted
from tests.runtime.conftest import script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]

ROWS, SEEN_ONLY, FEW, EPOCHS, BATCH = 44, 13, 6, 2, 4
STEPS = 6  # of an epoch: 22 rows on each rank

SCRIPT = """
import json
import os

import torch
from datasets import Dataset
from torch import nn
from transformers import Trainer, TrainerCallback, TrainingArguments, set_seed


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, row=None, features=None):
        output = self.linear(features)
        loss = output.square().mean()
        note("train" if self.training else "eval", row.tolist(), loss.item().hex())
        return {"loss": loss, "output": output}


class Told(TrainerCallback):
    def on_save(self, args, state, control, **kwargs):
        note("saved", state.global_step)

    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        note("evaluated", state.global_step)


def note(*what):
    with open(f"noted-{os.environ['RANK']}.jsonl", "a") as file:
        file.write(json.dumps(what) + "\\n")


def collate(rows):
    note("columns", sorted(rows[0]))
    return {name: torch.tensor([row[name] for row in rows]) for name in ("row", "features")}


def main():
    rows = Dataset.from_dict({"row": list(range(44)), "unread": ["text"] * 44})
    rows = rows.map(lambda row: {"features": [row["row"] / 7, 1.0]})
    set_seed(7)
    model = Line()
    args = TrainingArguments(
        "out",
        use_cpu=True,
        report_to="none",
        optim="sgd",
        learning_rate=0.02,
        lr_scheduler_type="constant",
        max_grad_norm=0,
        num_train_epochs=2,
        per_device_train_batch_size=4,
        per_device_eval_batch_size=4,
        eval_strategy="epoch",
        save_strategy="epoch",
    )
    trainer = Trainer(
        model=model,
        args=args,
        data_collator=collate,
        train_dataset=rows,
        eval_dataset={"some": rows.select(range(13)), "few": rows.select(range(6))},
        callbacks=[Told()],
    )
    trainer.train()


if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def ranks(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each rank noted, in its order."""
    folder = tmp_path_factory.mktemp("stock_trainer")
    code = lifted(SCRIPT, data="ray", runtime="ray", use_gpu=False, storage_path=str(folder / "storage"))
    script_runner(folder, warm)(code, RAY_ADDRESS=cluster)
    return [list(map(json.loads, Path(folder, f"noted-{rank}.jsonl").read_text().splitlines())) for rank in (0, 1)]


def batches(rank: list[Any], kind: str) -> list[tuple[list[int], str]]:
    return [(rows, loss) for of, rows, *losses in rank if of == kind for loss in losses]


def test_each_row_is_trained_on_once_an_epoch_by_one_rank(ranks: list[list[Any]]) -> None:
    trained = [[rows for rows, _ in batches(rank, "train")] for rank in ranks]
    assert [len(rank) for rank in trained] == [EPOCHS * STEPS] * 2
    epochs = [[rank[epoch * STEPS : (epoch + 1) * STEPS] for rank in trained] for epoch in range(EPOCHS)]
    for epoch in epochs:
        assert sorted(itertools.chain(*itertools.chain(*epoch))) == list(range(ROWS))
        assert [[len(rows) for rows in rank] for rank in epoch] == [[BATCH] * 5 + [2]] * 2
    assert epochs[0] == epochs[1], "in one order for all epochs, as one seed gives it"
    for rank in epochs[0]:
        rows = list(itertools.chain(*rank))
        assert rows != sorted(rows), "shuffled"


def test_what_is_evaluated_is_split_and_missed_by_at_most_a_row(ranks: list[list[Any]]) -> None:
    for epoch in range(EPOCHS):
        seen = [[rows for rows, _ in batches(rank, "eval")][3 * epoch : 3 * epoch + 3] for rank in ranks]
        assert [[len(rows) for rows in rank] for rank in seen] == [[4, 2, 3]] * 2
        rows = list(itertools.chain(*itertools.chain(*(rank[:2] for rank in seen))))
        assert len(set(rows)) == len(rows) == SEEN_ONLY // 2 * 2
        assert set(rows) < set(range(SEEN_ONLY))
        assert sorted(itertools.chain(*(rank[2] for rank in seen))) == list(range(FEW))


def test_it_evaluates_and_saves_where_an_epoch_ends(ranks: list[list[Any]]) -> None:
    for rank in ranks:
        told = [tuple(note) for note in rank if note[0] in ("evaluated", "saved")]
        assert told == [(what, step) for step in (STEPS, EPOCHS * STEPS) for what in ("evaluated", "evaluated", "saved")]


def test_the_collator_is_given_the_columns_that_the_model_takes(ranks: list[list[Any]]) -> None:
    assert {tuple(columns) for rank in ranks for of, columns, *_ in rank if of == "columns"} == {("features", "row")}


def test_the_losses_are_those_of_a_plain_loop_over_the_same_rows_bit_for_bit(ranks: list[list[Any]]) -> None:
    torch.manual_seed(7)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    steps = list(zip(*(batches(rank, "train") for rank in ranks), strict=True))
    for step in steps:
        grads = []
        for rows, recorded in step:
            loss = model(torch.tensor([[row / 7, 1.0] for row in rows])).square().mean()
            assert loss.item().hex() == recorded
            grads.append(torch.autograd.grad(loss, list(model.parameters())))
        for parameter, first, second in zip(model.parameters(), *grads, strict=True):
            parameter.grad = first / 2 + second / 2
        optimizer.step()
    assert len(steps) == EPOCHS * STEPS


def test_the_driver_ends_where_there_are_fewer_rows_than_workers(cluster: str, warm: str, tmp_path: Path) -> None:
    few = (
        SCRIPT.replace("range(44)", "range(1)")
        .replace('["text"] * 44', '["text"]')
        .replace("rows.select(range(13))", "rows")
        .replace("rows.select(range(6))", "rows")
    )
    code = lifted(few, data="ray", runtime="ray", use_gpu=False, storage_path=str(tmp_path / "storage"))
    said = script_runner(tmp_path, warm)(code, fails=True, RAY_ADDRESS=cluster).stderr
    assert (
        "too few rows for 2 workers, stock Ray would take no step: {'train': 1, 'validation_some': 1, 'validation_few': 1}"
        in said
    )
    assert not list(tmp_path.glob("noted-*")), "no worker has started"
