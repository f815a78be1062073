"""A loop as anybody might write it, lifted with `--data ray`, on two workers: one is killed within an epoch, and nothing is lost."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import torch
from tests.codemod.lifting import lifted
from tests.runtime.conftest import script_runner

from raylift_runtime.data.epoch_order import RankBatches

pytestmark = [pytest.mark.slow, pytest.mark.ray]

ROWS, EPOCHS, SEED = 22, 3, 7

SCRIPT = """
import json
import os
import sys

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import Dataset as Rows
from tests.runtime import dying
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Numbered(Dataset):
    def __init__(self, rows, scale):
        self.rows = rows
        self.scale = scale

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        return {"row": row["row"], "features": torch.tensor(row["features"]) * self.scale}


def get_rows(accelerator, size):
    rows = Rows.from_dict({"row": list(range(size)), "number": [n / 7 for n in range(size)]})
    with accelerator.main_process_first():
        rows = rows.map(lambda row: {"features": [row["number"], 1.0]}, remove_columns=["number"])
    if accelerator.is_main_process:
        print("MADE", len(rows), "ON PROCESS", os.getpid())
    return rows


def main():
    set_seed(7)
    deaths = dying.Plan(*sys.argv[1:])
    accelerator = Accelerator(cpu=True)
    train = Numbered(get_rows(accelerator, 22), 0.5)
    loader = DataLoader(train, batch_size=4, shuffle=True)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for epoch in range(3):
        for step, batch in enumerate(loader):
            deaths.here(3 * epoch + step, "step")
            loss = model(batch["features"]).square().mean()
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            with open(f"seen-{accelerator.process_index}.jsonl", "a") as file:
                file.write(json.dumps([epoch, step, batch["row"].tolist()]) + "\\n")
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        torch.save(accelerator.unwrap_model(model).state_dict(), "weights.pt")


if __name__ == "__main__":
    main()
"""


def seen(folder: Path) -> list[dict[tuple[int, int], list[int]]]:
    """The rows of each rank by epoch and step; of a step that is taken again the last ones."""
    notes = [[json.loads(line) for line in Path(folder, f"seen-{rank}.jsonl").read_text().splitlines()] for rank in (0, 1)]
    return [{(epoch, step): rows for epoch, step, rows in rank} for rank in notes]


def test_a_loop_killed_within_an_epoch_trains_on_every_row_of_it_once_and_ends_as_if_undisturbed(
    cluster: str, warm: str, tmp_path: Path
) -> None:
    code = lifted(SCRIPT, data="ray", resumable=True)
    code = code.replace("from ray.train import ", "from ray.train import FailureConfig, RunConfig, ")
    code = code.replace(
        "datasets=load_datasets(),", "datasets=load_datasets(),\n        run_config=RunConfig(failure_config=FailureConfig(2)),"
    )
    said = script_runner(tmp_path, warm)(code, "4:1:step", RAY_ADDRESS=cluster).stdout
    assert (tmp_path / "died-0").exists()
    assert said.count(f"MADE {ROWS} ON PROCESS") == 1, "the driver makes the data, once"
    ranks = seen(tmp_path)
    torch.manual_seed(SEED)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for epoch in range(EPOCHS):
        order = [RankBatches((ROWS,), 4, False, SEED, rank, 2) for rank in (0, 1)]
        for own in order:
            own.set_epoch(epoch)
        steps = list(zip(*order, strict=True))
        assert [tuple(rank[epoch, step] for rank in ranks) for step in range(len(steps))] == steps
        assert sorted(itertools.chain(*itertools.chain(*steps))) == list(range(ROWS))
        for step in steps:
            losses = [model(torch.tensor([[row / 7 * 0.5, 0.5] for row in rows])).square().mean() for rows in step]
            grads = [torch.autograd.grad(loss, list(model.parameters())) for loss in losses]
            for each, first, second in zip(model.parameters(), *grads, strict=True):
                each.grad = first / 2 + second / 2
            optimizer.step()
    for name, value in torch.load(tmp_path / "weights.pt").items():
        assert torch.equal(value, model.state_dict()[name]), name
