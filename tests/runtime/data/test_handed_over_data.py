"""On two Ray workers a loop and a Trainer read what the driver hands over: every row once, also after a death within an epoch."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.runtime.conftest import script_runner

from raylift_runtime.data.epoch_order import RankBatches

pytestmark = [pytest.mark.slow, pytest.mark.ray]

ROWS, VALIDATION = 27, 11  # on two ranks in batches of 4: the last ones have 2 rows and 1 row

SCRIPT = """
import json, os
import datasets, torch
from accelerate import Accelerator, skip_first_batches
from accelerate.utils import set_seed
from ray.train import DataConfig, FailureConfig, RunConfig, ScalingConfig
from raylift_runtime.data import data_loader, dataset_rows, from_huggingface, get_dataset_shard
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny
from torch import nn
from transformers import default_data_collator


def made(rows):
    tokens = torch.randint(0, 50, (rows, 8), generator=torch.Generator().manual_seed(1)).tolist()
    return datasets.Dataset.from_dict({"row": list(range(rows)), "input_ids": tokens, "labels": [row % 2 for row in range(rows)]})


def load_datasets():
    sizes = {"train": 27, "validation": 11, "one": 1, "none": 0}
    return {name: from_huggingface(made(rows)) for name, rows in sizes.items()} | {"stream": from_huggingface(made(9).to_iterable_dataset())}


def note(**what):
    with open(f"seen-{os.environ['RANK']}.jsonl", "a") as file:
        file.write(json.dumps(what) + "\\n")


def collate(rows):
    assert isinstance(rows, list) and isinstance(rows[0]["input_ids"], list)
    return default_data_collator(rows)


class Wrapped(torch.utils.data.Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return {**self.rows[index], "wrapped": 1}


def loop():
    set_seed(7)
    accelerator = Accelerator(gradient_accumulation_steps=3)
    train = data_loader("train", batch_size=4, shuffle=True, collate_fn=collate)
    validation = data_loader("validation", batch_size=4, collate_fn=collate, num_workers=2)
    model = nn.Linear(8, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    note(before=[len(train), len(validation)])
    if accelerator.is_main_process:
        note(alone=[batch["row"].tolist() for batch in validation])
    model, optimizer, train, validation = accelerator.prepare(model, optimizer, train, validation)
    for epoch in range(2):
        for batch in train:
            with accelerator.accumulate(model):
                loss = nn.functional.mse_loss(model(batch["input_ids"].float())[:, 0], batch["labels"].float())
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad()
            gathered = accelerator.gather_for_metrics(batch["row"]).tolist()
            note(loop=epoch, rows=batch["row"].tolist(), loss=loss.item().hex(), is_synced=accelerator.sync_gradients, gathered=gathered)
        seen = [accelerator.gather_for_metrics(batch["row"]).tolist() for batch in validation]
        note(validation=sum(seen, []), steps=[len(train), len(validation), len(seen)])

    def anew(name, shuffle=True, **options):
        return accelerator.prepare(data_loader(name, batch_size=4, shuffle=shuffle, collate_fn=collate, **options))

    skipped = skip_first_batches(train, 2)
    skipped.set_epoch(0)
    note(skipped=[batch["row"].tolist() for batch in skipped])
    note(again=[batch["row"].tolist() for batch in anew("train")])
    wrapped = anew(Wrapped(get_dataset_shard("train")))
    note(wrapped=[(batch["row"] * batch["wrapped"]).tolist() for batch in wrapped], blocks=type(wrapped.batch_sampler).__name__)
    full = anew("train", drop_last=True)
    note(full=[len(batch["row"]) for batch in full], none=len(list(anew("none", shuffle=False))), rows=dataset_rows("train"))
    note(one=[accelerator.gather_for_metrics(batch["row"]).tolist() for batch in anew("one", shuffle=False)])
    stream = anew("stream", shuffle=False)
    note(stream=[accelerator.gather_for_metrics(batch["row"]).tolist() for batch in stream])
    for few in "one", "none":
        try:
            anew(few)
        except ValueError as error:
            note(refused=str(error))


class Dying(tiny.Trainer):
    def _prepare_inputs(self, inputs):
        self.rows = inputs.pop("row").tolist()
        return super()._prepare_inputs(inputs)

    def training_step(self, *arguments, **options):
        step = self.state.global_step
        if step == 7 and os.environ["RANK"] == "1" and not os.path.exists("died"):
            open("died", "w").close()
            os._exit(1)
        loss = super().training_step(*arguments, **options)
        note(step=step, rows=self.rows, loss=loss.item().hex())
        return loss


def train_func():
    options = dict(num_train_epochs=2, save_steps=3, save_total_limit=2, seed=5, remove_unused_columns=False, dataloader_num_workers=2)
    trainer = tiny.trainer("out", Dying, **options)
    trainer.train_dataset, trainer.eval_dataset = get_dataset_shard("train"), get_dataset_shard("validation")
    trainer.data_collator = collate
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    result = trainer.train()
    note(ends=result.global_step, samples=trainer.num_examples(trainer.get_train_dataloader()))
    wrapping = tiny.trainer("wrapped", **options)
    wrapping.train_dataset, wrapping.data_collator = Wrapped(get_dataset_shard("train")), collate
    note(wrapper=[(batch["row"] * batch["wrapped"]).tolist() for batch in prepare_trainer(wrapping).get_train_dataloader()])
    streaming = tiny.trainer("streaming", max_steps=2, remove_unused_columns=False, save_strategy="no", report_to="none")
    streaming.train_dataset, streaming.data_collator = get_dataset_shard("stream"), collate
    note(streamed=[batch["row"].tolist() for batch in prepare_trainer(streaming).get_train_dataloader()])
    note(labels=trainer.predict(trainer.eval_dataset).label_ids.tolist())


if __name__ == "__main__":
    two, handed_over = ScalingConfig(num_workers=2), load_datasets()
    split = DataConfig(datasets_to_split=["stream"])
    TorchTrainer(loop, datasets=handed_over, dataset_config=split, scaling_config=two).fit()
    run = RunConfig(name="r", failure_config=FailureConfig(max_failures=1))
    TorchTrainer(train_func, datasets=handed_over, dataset_config=split, scaling_config=two, run_config=run).fit()
"""


@dataclass(frozen=True)
class Seen:
    """What each rank noted, by the first name of the note, in order."""

    ranks: tuple[dict[str, list[dict[str, Any]]], ...]

    def of(self, name: str) -> list[list[Any]]:
        """The values of the notes of this name, a list for each rank."""
        return [[note[name] for note in rank[name]] for rank in self.ranks]


@pytest.fixture(scope="module")
def seen(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("handed_over")
    script_runner(folder, warm)(SCRIPT, RAY_ADDRESS=cluster)
    ranks = []
    for rank in (0, 1):
        notes = defaultdict(list)
        for line in Path(folder, f"seen-{rank}.jsonl").read_text().splitlines():
            note = json.loads(line)
            notes[next(iter(note))].append(note)
        ranks.append(notes)
    return Seen(tuple(ranks))


def steps_of(seen: Seen, epoch: int) -> list[tuple[dict[str, Any], ...]]:
    """The steps of an epoch of the loop, each with the note of every rank."""
    return list(zip(*([note for note in rank["loop"] if note["loop"] == epoch] for rank in seen.ranks), strict=True))


def test_each_epoch_trains_on_every_row_once_over_the_ranks_in_an_order_of_its_own(seen: Seen) -> None:
    orders = [[note["rows"] for step in steps_of(seen, epoch) for note in step] for epoch in (0, 1)]
    assert [sorted(itertools.chain(*order)) for order in orders] == [list(range(ROWS))] * 2
    assert orders[0] != orders[1]
    assert [len(rows) for rows in orders[0]] == [4, 4, 4, 4, 4, 4, 2, 1]
    assert seen.of("again") == [[[note["rows"] for note in rank]] for rank in zip(*steps_of(seen, 0), strict=True)]


def test_a_loader_is_one_of_all_rows_until_it_is_prepared(seen: Seen) -> None:
    assert [rank["before"][0]["before"] for rank in seen.ranks] == [[-(-ROWS // 4), -(-VALIDATION // 4)]] * 2
    (alone,) = seen.ranks[0]["alone"]
    assert list(itertools.chain(*alone["alone"])) == list(range(VALIDATION))
    assert not seen.ranks[1]["alone"], "a rank alone may read without the others"


def test_what_is_gathered_lacks_no_row_and_repeats_none(seen: Seen) -> None:
    for step in steps_of(seen, 0) + steps_of(seen, 1):
        assert step[0]["gathered"] == step[1]["gathered"] == step[0]["rows"] + step[1]["rows"]
    assert seen.of("validation") == [[list(range(VALIDATION))] * 2] * 2
    assert seen.ranks[0]["validation"][0]["steps"] == [4, 2, 2]


def test_the_losses_are_those_of_a_plain_loop_over_the_same_rows_bit_for_bit(seen: Seen) -> None:
    tokens = torch.randint(0, 50, (ROWS, 8), generator=torch.Generator().manual_seed(1)).float()
    torch.manual_seed(7)
    model = torch.nn.Linear(8, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    sums = [[torch.zeros_like(each) for each in model.parameters()] for _ in seen.ranks]
    for step in steps_of(seen, 0) + steps_of(seen, 1):
        for rank, note in enumerate(step):
            targets = torch.tensor([row % 2 for row in note["rows"]]).float()
            loss = torch.nn.functional.mse_loss(model(tokens[note["rows"]])[:, 0], targets)
            assert loss.item().hex() == note["loss"]
            grads = torch.autograd.grad(loss / 3, list(model.parameters()))
            sums[rank] = [whole + grad for whole, grad in zip(sums[rank], grads, strict=True)]
        if step[0]["is_synced"]:
            for each, first, second in zip(model.parameters(), *sums, strict=True):
                each.grad = first / 2 + second / 2
            optimizer.step()
            sums = [[torch.zeros_like(each) for each in model.parameters()] for _ in seen.ranks]


def test_gradients_are_accumulated_up_to_the_end_of_an_epoch(seen: Seen) -> None:
    assert [step[0]["is_synced"] for step in steps_of(seen, 0) + steps_of(seen, 1)] == [False, False, True, True] * 2


def test_batches_that_are_left_out_are_the_first_ones(seen: Seen) -> None:
    assert seen.of("skipped") == [[[note["rows"] for note in rank[2:]]] for rank in zip(*steps_of(seen, 0), strict=True)]


def test_what_a_class_of_the_script_wraps_is_read_as_the_rows_themselves(seen: Seen) -> None:
    assert seen.of("wrapped") == seen.of("again")
    assert {rank["wrapped"][0]["blocks"] for rank in seen.ranks} == {RankBatches.__name__}
    for number, rank in enumerate(seen.ranks):
        assert [note["wrapper"] for note in rank["wrapper"]] == [list(RankBatches((ROWS,), 4, False, 5, number, 2))]


def test_small_data_neither_hang_nor_pass_in_silence(seen: Seen) -> None:
    assert [rank["full"][0] for rank in seen.ranks] == [{"full": [4, 4, 4], "none": 0, "rows": ROWS}] * 2
    assert seen.of("one") == [[[[0]]]] * 2
    for one, none in seen.of("refused"):
        assert "'one' has 1 rows for 2 workers" in one
        assert "'none' has no rows" in none


def test_a_stream_comes_in_as_many_batches_on_every_rank_and_no_row_twice(seen: Seen) -> None:
    (first,), (second,) = seen.of("stream")
    assert first == second
    assert [len(batch) for batch in first] == [8]
    assert len(set(itertools.chain(*first))) == 8  # Ray leaves out the one that would make it uneven


def test_a_trainer_of_a_stream_gets_the_plain_rows_of_its_rank(seen: Seen) -> None:
    (first,), (second,) = seen.of("streamed")
    assert len({*itertools.chain(*first), *itertools.chain(*second)}) == 8
    assert not {*itertools.chain(*first)} & {*itertools.chain(*second)}


def test_a_trainer_killed_within_an_epoch_goes_on_with_the_rows_that_are_left(seen: Seen) -> None:
    for number, rank in enumerate(seen.ranks):
        own = RankBatches((ROWS,), 4, False, 5, number, 2)
        order = list(own)
        own.set_epoch(1)
        order += list(own)
        steps = [note["step"] for note in rank["step"]]
        (again,) = (after for before, after in itertools.pairwise(steps) if after <= before)
        assert again in (3, 6)  # of four steps an epoch
        assert sorted(set(steps)) == list(range(len(order)))
        assert [note["rows"] for note in rank["step"]] == [order[step] for step in steps]
        assert len({(note["step"], note["loss"]) for note in rank["step"]}) == len(order), "a step taken again had another loss"
        assert rank["ends"] == [{"ends": 8, "samples": ROWS}]


def test_an_evaluation_sees_each_row_once_in_order(seen: Seen) -> None:
    assert seen.of("labels") == [[[row % 2 for row in range(VALIDATION)]]] * 2
