"""A loop lifted with `--data ray --runtime ray`, trained by stock Ray on two workers: rows, formats, batches and losses in one run."""

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

ROWS, SEEN_ONLY, EPOCHS = 17, 7, 3
STEPS = 3  # of an epoch: 8 rows on each rank

SCRIPT = """
import json
import os

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import Dataset as Rows
from torch import nn
from torch.utils.data import DataLoader, Dataset, default_collate
from transformers import BatchEncoding


class Numbered(Dataset):
    def __init__(self, rows, scale):
        self.rows = rows
        self.scale = scale

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        return {"row": row["row"], "features": row["features"] * self.scale}


def get_rows(accelerator, size):
    rows = Rows.from_dict({"row": list(range(size)), "features": [[n / 7, 1.0] for n in range(size)], "text": ["unread"] * size})
    if accelerator.is_main_process:
        print("MADE", len(rows), "ON PROCESS", os.getpid())
    return rows.with_format("torch", columns=["row", "features"])


def get_loaders(accelerator):
    def collate(rows):
        return BatchEncoding({**default_collate(rows), "draw": torch.rand(1)})

    train = Numbered(get_rows(accelerator, 17), 0.5)
    loader = DataLoader(train, batch_size=3, shuffle=True, collate_fn=collate)
    return loader, DataLoader(get_rows(accelerator, 7), batch_size=2, collate_fn=collate, drop_last=True)


def main():
    set_seed(7)
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    loader, eval_loader = get_loaders(accelerator)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model, optimizer, loader, eval_loader = accelerator.prepare(model, optimizer, loader, eval_loader)
    for epoch in range(3):
        for batch in loader:
            batch.to(accelerator.device)
            with accelerator.accumulate(model):
                loss = model(batch.features).square().mean()
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad()
            gathered = accelerator.gather_for_metrics(batch["row"]).tolist()
            note("step", epoch, batch["row"].tolist(), loss.item().hex(), gathered, batch["draw"].item())
        for batch in eval_loader:
            note("seen", epoch, batch["row"].tolist(), sorted(batch))
        note("length", len(loader), len(eval_loader))


def note(*what):
    with open(f"noted-{os.environ['RANK']}.jsonl", "a") as file:
        file.write(json.dumps(what) + "\\n")


if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def said(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[Any]], str]:
    """What each rank noted, in its order, and what was printed."""
    folder = tmp_path_factory.mktemp("stock")
    code = lifted(SCRIPT, data="ray", runtime="ray", use_gpu=False, storage_path=str(folder / "storage"))
    printed = script_runner(folder, warm)(code, RAY_ADDRESS=cluster).stdout
    notes = [Path(folder, f"noted-{rank}.jsonl").read_text().splitlines() for rank in (0, 1)]
    return [list(map(json.loads, lines)) for lines in notes], printed


@pytest.fixture(scope="module")
def steps(said: tuple[list[list[Any]], str]) -> list[list[Any]]:
    """The steps of each rank: epoch, rows, loss, what was gathered, the collate function's draw."""
    return [[what for kind, *what in rank if kind == "step"] for rank in said[0]]


def test_the_driver_makes_the_data_once(said: tuple[list[list[Any]], str]) -> None:
    assert said[1].count(f"MADE {ROWS} ON PROCESS") == said[1].count(f"MADE {SEEN_ONLY} ON PROCESS") == 1


def test_ranks_take_as_many_steps_and_miss_the_rows_that_would_make_them_uneven(steps: list[list[Any]]) -> None:
    for epoch in range(EPOCHS):
        batches = [[rows for of, rows, *_ in rank if of == epoch] for rank in steps]
        assert [[len(rows) for rows in rank] for rank in batches] == [[3, 3, 2]] * 2
        rows = list(itertools.chain(*itertools.chain(*batches)))
        assert len(rows) == len(set(rows)) == ROWS // 2 * 2


def test_every_epoch_has_an_order_of_its_own_and_rows_stay_with_their_rank(steps: list[list[Any]]) -> None:
    for rank in steps:
        orders = [[row for of, rows, *_ in rank if of == epoch for row in rows] for epoch in range(EPOCHS)]
        assert len(set(map(tuple, orders))) == EPOCHS
        assert len({tuple(sorted(order)) for order in orders}) == 1


def test_what_is_evaluated_is_split_in_order_with_the_columns_of_its_format(said: tuple[list[list[Any]], str]) -> None:
    for epoch in range(EPOCHS):
        seen = [[what for kind, of, *what in rank if kind == "seen" and of == epoch] for rank in said[0]]
        assert [[rows for rows, _ in rank] for rank in seen] == [[[0, 1]], [[3, 4]]]
        assert {tuple(columns) for rank in seen for _, columns in rank} == {("draw", "features", "row")}


def test_lengths_are_those_that_the_batches_have(said: tuple[list[list[Any]], str]) -> None:
    lengths = STEPS, SEEN_ONLY // 2 // 2
    assert {tuple(what) for rank in said[0] for kind, *what in rank if kind == "length"} == {lengths}


def test_what_is_gathered_is_what_the_ranks_trained_on(steps: list[list[Any]]) -> None:
    for (_, first, _, *mine), (_, second, _, *theirs) in zip(*steps, strict=True):
        assert mine[0] == theirs[0] == first + second


def test_losses_and_what_collating_draws_are_those_of_a_plain_loop_which_steps_at_the_end_of_an_epoch(
    steps: list[list[Any]],
) -> None:
    torch.manual_seed(7)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    sums: list[Any] = [0, 0]
    for number, step in enumerate(zip(*steps, strict=True)):
        drawn = torch.rand(1).item()
        for rank, (_, rows, recorded, _, draw) in enumerate(step):
            loss = model(torch.tensor([[row / 7 * 0.5, 0.5] for row in rows])).square().mean()
            assert (recorded, draw) == (loss.item().hex(), drawn)
            sums[rank] = sums[rank] + torch.cat(
                [grad.flatten() for grad in torch.autograd.grad(loss / 2, list(model.parameters()))]
            )
        if number % STEPS:  # the second step, and the last one
            mean = sums[0] / 2 + sums[1] / 2
            model.weight.grad, model.bias.grad = mean[None, :2], mean[2:]
            optimizer.step()
            sums = [0, 0]
        if number % STEPS == STEPS - 1:
            torch.rand(1)  # the batch that is evaluated
