"""A training that fails and goes on ends with the weights of an undisturbed one, or begins again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from tests.runtime import tiny
from tests.runtime.stored import Stored
from tests.since import needs
from torch.utils.data import IterableDataset
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback
from transformers.trainer_utils import get_last_checkpoint

from raylift_runtime import transformers
from raylift_runtime.data.shard import Shard
from raylift_runtime.metrics import outbox
from raylift_runtime.training import resume_limits, stream_place
from raylift_runtime.training import trainer_callback as reporting
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer

Make = Callable[..., Trainer]
needs_place = needs("transformers", "5.3", "its Trainer cannot be told its place")


class Broken(Exception):
    """A failure that a test makes."""


class FailAt(TrainerCallback):  # type: ignore[misc]  # transformers ships no types for mypy --strict
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == self.step:
            raise Broken


class Attempts:
    """The attempts of one run, as workers of their own make them; `begin` is undisturbed, `fail` stops at the beginning of a step."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, make: Make = tiny.trainer, **arguments: Any) -> None:
        self.out, self.session = folder / "out", Stored(folder=str(folder / "run"))
        self._patch, self._make, self._arguments = monkeypatch, make, {"max_steps": 10, "save_steps": 3, **arguments}

    def begin(self, *callbacks: TrainerCallback, fail_at: int = -1, chosen: Any = None) -> Trainer:
        for module in (reporting, transformers):
            self._patch.setattr(module, "current", lambda: self.session)
        self._patch.setattr(outbox, "_trainings", iter(range(9)))  # as in a new process
        trainer = self._make(self.out, **self._arguments)
        for callback in (*callbacks, FailAt(fail_at), RayTrainReportCallback()):
            trainer.add_callback(callback)
        trainer = prepare_trainer(trainer)
        trainer.train(resume_from_checkpoint=chosen)
        return trainer

    def fail(self, step: int, *callbacks: TrainerCallback, chosen: Any = None) -> None:
        with pytest.raises(Broken):
            self.begin(*callbacks, fail_at=step, chosen=chosen)


def ends_alike(one: Trainer, other: Trainer) -> bool:
    """Whether two trainings end with the same weights, bit for bit, after the same losses at the same places."""
    states = zip(one.model.state_dict().values(), other.model.state_dict().values(), strict=True)
    histories = [[line for line in trainer.state.log_history if "loss" in line] for trainer in (one, other)]
    return all(torch.equal(a, b) for a, b in states) and histories[0] == histories[1]


@pytest.fixture
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Attempts, Trainer]]]:
    """Makes a run that is to be disturbed, beside an undisturbed training of the same kind."""

    def make(make: Make = tiny.trainer, *callbacks: TrainerCallback, **arguments: Any) -> tuple[Attempts, Trainer]:
        undisturbed = Attempts(tmp_path / "undisturbed", monkeypatch, make, **arguments).begin(*callbacks)
        return Attempts(tmp_path / "disturbed", monkeypatch, make, **arguments), undisturbed

    yield make
    outbox.take()


def test_a_folder_that_was_being_written_when_an_attempt_failed_is_not_begun_from(attempts: Any) -> None:
    run, undisturbed = attempts(save_steps=4)
    run.fail(3)
    (run.out / "checkpoint-4").mkdir()
    (run.out / "checkpoint-4/config.json").write_text("{}")
    assert ends_alike(run.begin(chosen=get_last_checkpoint(run.out)), undisturbed)


def test_a_save_that_failed_leaves_no_folder_that_passes_for_whole(attempts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from raylift_runtime.storage import unfinished

    run, _ = attempts()
    monkeypatch.setattr(Trainer, "_save_rng_state", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(RuntimeError, match="the disk is full"):
        run.begin()
    assert unfinished.is_cut_short(str(run.out / "checkpoint-3"))


def test_what_a_training_began_from_stays_until_its_run_has_a_checkpoint(attempts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier, _ = attempts()
    earlier.begin()
    run = Attempts(earlier.out.parent, monkeypatch, save_total_limit=1, max_steps=16)
    run.session = Stored(folder=str(earlier.out.parent / "another_run"))
    run.fail(13, chosen=str(run.out / "checkpoint-10"))
    assert {"checkpoint-10", "checkpoint-12"} <= {path.name for path in run.out.iterdir()}
    run.begin()
    assert [path.name for path in run.out.iterdir()] == ["checkpoint-16"]


def test_checkpoints_of_the_model_alone_are_said_to_be_begun_from_by_nobody(attempts: Any, capsys: Any) -> None:
    run, undisturbed = attempts(save_only_model=True, learning_rate=0.05)
    capsys.readouterr()
    run.fail(5)
    said = capsys.readouterr().out
    assert said.startswith(
        "raylift: save_only_model=True: these checkpoints hold neither optimizer nor schedule nor random states"
    )
    assert ends_alike(run.begin(), undisturbed)


class Stream(IterableDataset[dict[str, Any]]):  # type: ignore[misc]  # mypy does not follow torch here
    """Twenty rows a pass, the same ones each time; where it `goes_on`, those that follow."""

    def __init__(self, goes_on: bool = False) -> None:
        self.rows, self.at, self.goes_on = tiny.Sentences(64), 0, goes_on

    def __iter__(self) -> Iterator[dict[str, Any]]:
        begin = self.at if self.goes_on else 0
        for row in range(begin, begin + 20):
            self.at = row + 1
            yield self.rows[row % 64]


class Epochs(Stream):
    """Rows that follow from the epoch."""

    def set_epoch(self, epoch: int) -> None:
        self.at, self.goes_on = 7 * epoch, True


def streaming(stream: Callable[[], Stream]) -> Make:
    def make(*arguments: Any, **options: Any) -> Trainer:
        trainer = tiny.trainer(*arguments, **options)
        trainer.train_dataset = stream()
        return trainer

    return make


@needs_place
@pytest.mark.parametrize(
    ("stream", "arguments"),
    [
        (Stream, {"logging_steps": 1}),
        (Stream, {"gradient_accumulation_steps": 2}),
        (Stream, {"save_strategy": "epoch", "eval_strategy": "epoch"}),
        (lambda: Stream(goes_on=True), {}),
        (Epochs, {}),
    ],
    ids=["again", "accumulated", "saved at its end", "goes on", "by epoch"],
)
def test_a_stream_that_is_passed_several_times_goes_on_with_the_next_row(
    stream: Callable[[], Stream], arguments: dict[str, Any], attempts: Any
) -> None:
    run, undisturbed = attempts(streaming(stream), **arguments)
    for step in (5, 8):
        run.fail(step)
    assert run.session.checkpoints
    assert ends_alike(run.begin(), undisturbed)


def test_a_trainer_that_cannot_be_told_its_place_says_so_and_begins_again(
    attempts: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (stream_place, transformers, resume_limits):
        monkeypatch.setattr(module, "finds_place", lambda _: False)
    run, undisturbed = attempts(streaming(Stream))
    capsys.readouterr()
    run.fail(8)
    assert capsys.readouterr().out.startswith("raylift: the training data has no length")
    assert ends_alike(run.begin(), undisturbed)


def test_what_a_script_gives_up_itself_is_said_before_it_trains(tmp_path: Path) -> None:
    trainer = tiny.trainer(tmp_path, ignore_data_skip=True)
    assert [text.partition(":")[0] for text in resume_limits.resume_limits(trainer)] == ["ignore_data_skip=True"]
    trainer.args.ignore_data_skip, trainer.args.dataloader_num_workers = False, 2
    assert [text.partition(":")[0] for text in resume_limits.resume_limits(trainer)] == ["dataloader_num_workers=2"]
    trainer.args.dataloader_num_workers, trainer.train_dataset = 0, Shard(iter(()), "train")
    assert [text.partition(" anew")[0] for text in resume_limits.resume_limits(trainer)] == ["Ray Data reads 'train'"]
    trainer.train_dataset = tiny.Sentences(8)
    assert list(resume_limits.resume_limits(trainer)) == []


def drawing(draw: Callable[[], float]) -> Callable[[type[Any]], Make]:
    """Data of which a collator changes every third row at random."""

    def of(kind: type[Any]) -> Make:
        def make(*arguments: Any, **options: Any) -> Trainer:
            trainer = tiny.trainer(*arguments, **options)
            trainer.train_dataset, collate = kind(64) if kind is tiny.Sentences else kind(), trainer.data_collator

            def masked(rows: list[Any]) -> Any:
                batch = collate(rows)
                batch["input_ids"][[draw() < 0.3 for _ in rows]] = 1
                return batch

            trainer.data_collator = masked
            return trainer

        return make

    return of


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (drawing(random.random)(tiny.Sentences), {}),
        (drawing(numpy.random.rand)(tiny.Sentences), {"gradient_accumulation_steps": 2}),
        pytest.param(drawing(lambda: torch.rand(1).item())(Stream), {}, marks=needs_place),
    ],
    ids=["python", "numpy, accumulated", "torch, a stream"],
)
def test_data_that_is_drawn_at_random_goes_on_as_in_an_undisturbed_training(
    make: Make, arguments: dict[str, Any], attempts: Any
) -> None:
    run, undisturbed = attempts(make, save_steps=2, **arguments)
    for step in (3, 8):
        run.fail(step)
    assert list(run.session.last.glob("data_states_rank_0.pt"))
    assert ends_alike(run.begin(), undisturbed)


def test_data_that_draws_nothing_adds_nothing_to_a_checkpoint(attempts: Any) -> None:
    run, _ = attempts(save_steps=5)
    run.begin()
    assert [path.name for path in run.session.last.iterdir() if "states" in path.name] == []


STOPS_EARLY = {
    "load_best_model_at_end": True,
    "eval_strategy": "steps",
    "eval_steps": 1,
    "save_steps": 1,
    "metric_for_best_model": "loss",
    "learning_rate": 1.0,
}


def test_patience_is_not_renewed_by_a_failure(attempts: Any) -> None:
    run, undisturbed = attempts(tiny.trainer, EarlyStoppingCallback(2), **STOPS_EARLY)
    stopped = undisturbed.state.global_step
    assert stopped < 10
    run.fail(stopped - 1, EarlyStoppingCallback(2))
    assert ends_alike(run.begin(EarlyStoppingCallback(2)), undisturbed)
    assert run.begin(EarlyStoppingCallback(2)).state.global_step == stopped  # it was over
