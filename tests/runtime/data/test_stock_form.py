"""What a loop in the words of Ray's guide gets of Ray Data on two workers: what raylift says of it, whether or not shards are even."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.runtime.conftest import script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]

SCRIPT = """
import json, os
from pathlib import Path
import datasets, numpy, ray.data, ray.train, torch
from accelerate import Accelerator
from ray.train import DataConfig, ScalingConfig
from ray.train.torch import TorchTrainer


def made(rows):
    return ray.data.from_huggingface(datasets.Dataset.from_dict({"row": list(range(rows)), "x": [[row / 7, 1.0] for row in range(rows)]}))


def collate(batch):
    rows = [dict(zip(batch, row)) for row in zip(*batch.values())]
    return {"row": torch.tensor([int(row["row"]) for row in rows]), "x": torch.tensor(numpy.stack([row["x"] for row in rows])).float()}


def train_func():
    os.environ["ACCELERATE_USE_CPU"] = "true"
    accelerator = Accelerator()
    torch.manual_seed(7)
    model = torch.nn.Linear(2, 1)
    model, optimizer = accelerator.prepare(model, torch.optim.SGD(model.parameters(), lr=0.1))
    shard = ray.train.get_dataset_shard("train")
    steps, gathered = [], []
    for epoch in range(2):
        for batch in shard.iter_torch_batches(
            batch_size=4, collate_fn=collate, local_shuffle_buffer_size=100, local_shuffle_seed=7 + epoch
        ):
            loss = model(batch["x"]).square().mean()
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            steps.append({"epoch": epoch, "rows": batch["row"].tolist(), "loss": loss.item().hex()})
            gathered.append(accelerator.gather_for_metrics(batch["row"]).tolist())
    full = [len(batch["row"]) for batch in shard.iter_torch_batches(batch_size=3, collate_fn=collate, drop_last=True)]
    small = {name: len(list(ray.train.get_dataset_shard(name).iter_torch_batches(batch_size=4, collate_fn=collate))) for name in ("one", "none")}
    whole = [batch["row"].tolist() for batch in ray.train.get_dataset_shard("validation").iter_torch_batches(batch_size=4, collate_fn=collate)]
    found = {"steps": steps, "gathered": gathered, "full": full, "small": small, "whole": whole}
    Path(FOLDER, f"stock-{os.environ['RANK']}.json").write_text(json.dumps(found))


FOLDER = os.getcwd()
if __name__ == "__main__":
    handed_over = {name: made(rows) for name, rows in {"train": 17, "one": 1, "none": 0, "validation": 5}.items()}
    split = DataConfig(datasets_to_split=["train", "one", "none"])
    TorchTrainer(train_func, datasets=handed_over, dataset_config=split, scaling_config=ScalingConfig(num_workers=2)).fit()
"""


@pytest.fixture(scope="module")
def ranks(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("stock")
    script_runner(folder, warm)(SCRIPT, RAY_ADDRESS=cluster)
    return [json.loads(Path(folder, f"stock-{rank}.json").read_text()) for rank in (0, 1)]


def test_ranks_take_as_many_steps_and_miss_the_rows_that_would_make_them_uneven(ranks: list[dict[str, Any]]) -> None:
    for epoch in (0, 1):
        batches = [[step["rows"] for step in rank["steps"] if step["epoch"] == epoch] for rank in ranks]
        rows = list(itertools.chain(*itertools.chain(*batches)))
        assert len(rows) == len(set(rows)) == 16
        assert {len(rank) for rank in batches} == {math.ceil(17 // 2 / 4)}
    assert [rank["full"] for rank in ranks] == [[3] * (17 // 2 // 3)] * 2


def test_the_order_differs_by_epoch_where_the_seed_does(ranks: list[dict[str, Any]]) -> None:
    for rank in ranks:
        first, second = ([step["rows"] for step in rank["steps"] if step["epoch"] == epoch] for epoch in (0, 1))
        assert first != second
        assert sorted(itertools.chain(*first)) == sorted(itertools.chain(*second)), "rows stay with their rank"


def test_fewer_rows_than_workers_are_no_steps(ranks: list[dict[str, Any]]) -> None:
    assert [rank["small"] for rank in ranks] == [{"one": 0, "none": 0}] * 2


def test_what_is_not_split_comes_whole_on_every_rank(ranks: list[dict[str, Any]]) -> None:
    assert [list(itertools.chain(*rank["whole"])) for rank in ranks] == [list(range(5))] * 2


def test_what_is_gathered_is_what_the_ranks_trained_on(ranks: list[dict[str, Any]]) -> None:
    for step in zip(*(zip(rank["steps"], rank["gathered"], strict=True) for rank in ranks), strict=True):
        assert [gathered for _, gathered in step] == [step[0][0]["rows"] + step[1][0]["rows"]] * 2


def test_the_losses_are_those_of_a_plain_loop_over_the_same_rows_bit_for_bit(ranks: list[dict[str, Any]]) -> None:
    torch.manual_seed(7)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in zip(*(rank["steps"] for rank in ranks), strict=True):
        grads = []
        for each in step:
            loss = model(torch.tensor([[row / 7, 1.0] for row in each["rows"]])).square().mean()
            assert loss.item().hex() == each["loss"]
            grads.append(torch.autograd.grad(loss, list(model.parameters())))
        for parameter, first, second in zip(model.parameters(), *grads, strict=True):
            parameter.grad = first / 2 + second / 2
        optimizer.step()
