"""`report`, `resumable` and the tracker, as one process sees them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
import torch
from accelerate import Accelerator, DataLoaderConfiguration
from accelerate.state import AcceleratorState, GradientState
from accelerate.utils import set_seed
from tests.runtime.stored import Stored
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from raylift_runtime import accelerate as runtime
from raylift_runtime.accelerate import RayTrainTracker, report, resumable
from raylift_runtime.metrics import outbox
from raylift_runtime.metrics.report import Report
from raylift_runtime.metrics.results import merged

Attempt = Callable[[Callable[[int, int], None]], list[Any]]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    outbox.take()
    yield
    outbox.take()


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    stored = Stored(folder=str(tmp_path / "run"))
    monkeypatch.setattr(runtime, "current", lambda: stored)
    return stored


def new_accelerator(**options: Any) -> Accelerator:
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()
    return Accelerator(cpu=True, **options)


def test_outside_a_worker_nothing_happens() -> None:
    accelerator = new_accelerator(log_with=RayTrainTracker())
    accelerator.init_trackers("run", {"lr": 1})
    accelerator.log({"loss": 1.0}, step=1)
    report({"loss": 1.0}, accelerator=accelerator, model=nn.Linear(1, 1))
    assert list(resumable(range(3), accelerator=accelerator)) == [0, 1, 2]
    assert outbox.take() == []


def test_metrics_become_plain_and_keep_their_names(session: Stored) -> None:
    report({"loss": torch.tensor(0.5), 1: torch.ones(2)}, accelerator=new_accelerator())
    assert session.reports == [{"loss": 0.5, "1": [1.0, 1.0]}]
    assert session.checkpoints == []


@pytest.mark.parametrize("metrics", [0.5, ["loss"], "loss"])
def test_metrics_without_names_are_an_error(metrics: Any, session: Stored) -> None:
    with pytest.raises(TypeError, match="a dict of metrics by name"):
        report(metrics, accelerator=new_accelerator())


def test_no_metrics_are_a_report_too(session: Stored) -> None:
    report(None, accelerator=new_accelerator())
    assert session.reports == [{}]


def test_a_model_is_saved_without_its_wrappers(session: Stored) -> None:
    accelerator = new_accelerator()
    model = accelerator.prepare(nn.DataParallel(nn.Linear(2, 1)))
    report({}, accelerator=accelerator, model=model)
    assert [path.name for path in session.last.iterdir()] == ["model.bin"]
    assert torch.load(session.last / "model.bin").keys() == {"weight", "bias"}


def test_a_compiled_model_is_saved_by_the_names_of_the_plain_one(session: Stored) -> None:
    accelerator = new_accelerator()
    model = nn.Sequential(torch.compile(nn.Linear(2, 1), backend="eager"))
    report({}, accelerator=accelerator, model=accelerator.prepare(torch.compile(model, backend="eager")))
    assert torch.load(session.last / "model.bin").keys() == {"0.weight", "0.bias"}


def test_a_model_that_can_save_itself_does(session: Stored) -> None:
    from transformers import BertConfig, BertModel

    config = BertConfig(vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    accelerator = new_accelerator()
    report({}, accelerator=accelerator, model=accelerator.prepare(BertModel(config)))
    assert BertModel.from_pretrained(session.last).config.hidden_size == 8


def test_a_model_that_a_full_disk_does_not_take_is_an_error_that_names_its_folder(session: Stored) -> None:
    class Model(nn.Linear):
        def save_pretrained(self, folder: str, **_: Any) -> None:
            (Path(folder) / "model.bin").symlink_to("/dev/full")
            (Path(folder) / "model.bin").write_text("weights")

    accelerator = new_accelerator()
    model = accelerator.prepare(Model(2, 1))
    with pytest.raises(RuntimeError, match=r"checkpoint of step 1 could not be written to /.*: .*No space left on device"):
        report({}, accelerator=accelerator, model=model)
    assert session.checkpoints == []


def test_the_script_s_own_folder_is_the_checkpoint(session: Stored, tmp_path: Path) -> None:
    accelerator = new_accelerator()
    accelerator.prepare(nn.Linear(2, 1))
    accelerator.save_state(str(tmp_path / "epoch_0"))
    report({"loss": 1.0}, accelerator=accelerator, checkpoint_dir=tmp_path / "epoch_0", model=nn.Linear(1, 1))
    assert {path.name for path in session.last.iterdir()} == {"model.safetensors", "random_states_0.pkl"}


def test_an_empty_folder_is_no_checkpoint(session: Stored, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    report({"loss": 1.0}, accelerator=new_accelerator(), checkpoint_dir=tmp_path / "nothing")
    assert session.checkpoints == []
    assert "nothing: this report has no checkpoint" in caplog.text


def test_a_worker_that_sees_no_other_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "current", lambda: Stored(world_size=2))
    with pytest.raises(RuntimeError, match="Ray has 2 workers, and this Accelerator sees 1"):
        report({}, accelerator=new_accelerator())


def test_what_a_tracker_was_given_goes_with_the_next_report(session: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = new_accelerator(log_with=RayTrainTracker())
    accelerator.init_trackers("run")
    accelerator.log({"loss": torch.tensor(2.0)}, step=3)
    accelerator.log({"loss": 1.0}, step=6)
    assert accelerator.get_tracker("ray_train", unwrap=True) == outbox.waiting()
    report({"accuracy": 0.5}, accelerator=accelerator)
    accelerator.log({"loss": 0.5})
    accelerator.end_training()
    assert dict(session.reports[0]) == {"accuracy": 0.5}
    logs = [{key: line[key] for key in line if key != "training"} for line in session.reports[0].logs]
    assert logs == [{"loss": 2.0, "step": 3}, {"loss": 1.0, "step": 6}, {"accuracy": 0.5, "step": 6}]
    assert outbox.take() == [{"loss": 0.5}]


def test_an_attempt_from_the_start_replaces_the_lines_of_the_one_before(session: Stored) -> None:
    lines: list[dict[str, Any]] = []
    for _ in range(2):
        accelerator = new_accelerator()
        setattr(accelerator, runtime.LOOP, runtime.Loop(0))
        for epoch in range(3):
            report({"epoch": epoch}, accelerator=accelerator)
    for each in session.reports:
        lines = merged(lines, each)
    assert lines == [{"epoch": 0, "step": 1}, {"epoch": 1, "step": 2}, {"epoch": 2, "step": 3}]


class Broken(Exception):
    """A failure that a test makes."""


def attempts(session: Stored, epochs: int, *, report_early: bool = False, **options: Any) -> Attempt:
    """One attempt of a script: a loop of `epochs` over 4 batches, which calls `at(epoch, step)`; its final parameters."""

    def run(at: Callable[[int, int], None]) -> list[Any]:
        outbox._trainings = iter(range(9))  # as in a new process
        set_seed(3)
        accelerator = new_accelerator(**options)
        data = TensorDataset(torch.randn(16, 4), torch.randn(16, 1))
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
        loader = DataLoader(data, batch_size=4, shuffle=True)
        model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
        for epoch in resumable(range(epochs), accelerator=accelerator):
            for step, (features, targets) in enumerate(loader):
                at(epoch, step)
                loss = nn.functional.mse_loss(model(features), targets)
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad()
            if report_early:
                report({"loss": loss}, accelerator=accelerator)
            scheduler.step()
            noise = random.random()
            if not report_early:
                report({"loss": loss, "noise": noise}, accelerator=accelerator, model=model)
        return [parameter.detach().clone() for parameter in model.parameters()]

    return run


def failing_at(place: tuple[int, int]) -> Callable[[int, int], None]:
    def at(epoch: int, step: int) -> None:
        if (epoch, step) == place:
            raise Broken

    return at


@pytest.mark.parametrize("place", [(0, 2), (1, 0), (2, 3)])
@pytest.mark.parametrize("seedable", [False, True])
@pytest.mark.parametrize("early", [False, True])
def test_a_broken_loop_ends_with_the_weights_of_an_undisturbed_one(
    place: tuple[int, int], seedable: bool, early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_in(name: str) -> tuple[Stored, Attempt]:
        stored = Stored(folder=str(tmp_path / name))
        monkeypatch.setattr(runtime, "current", lambda: stored)
        configuration = DataLoaderConfiguration(use_seedable_sampler=seedable)
        return stored, attempts(stored, 3, report_early=early, dataloader_config=configuration)

    undisturbed, attempt = run_in("undisturbed")
    expected = attempt(lambda epoch, step: None)
    broken, attempt = run_in("broken")
    with pytest.raises(Broken):
        attempt(failing_at(place))
    trained: list[int] = []
    weights = attempt(lambda epoch, step: trained.append(epoch))
    assert all(torch.equal(x, y) for x, y in zip(weights, expected, strict=True))
    assert sorted(set(trained)) == list(range(place[0], 3))
    assert [dict(each) for each in broken.reports] == [dict(each) for each in undisturbed.reports]


def test_all_epochs_done_means_none_again(session: Stored) -> None:
    attempt = attempts(session, 2)
    expected = attempt(lambda epoch, step: None)
    weights = attempt(failing_at((0, 0)))
    assert all(torch.equal(x, y) for x, y in zip(weights, expected, strict=True))


@pytest.mark.parametrize("kind", ["step", "lambda", "sequence"])
def test_a_schedule_that_the_script_steps_itself_goes_on_too(kind: str, session: Stored) -> None:
    def schedule_of(optimizer: Any) -> Any:
        schedules = torch.optim.lr_scheduler
        if kind == "lambda":
            return schedules.LambdaLR(optimizer, lambda epoch: numpy.float64(0.5) ** epoch)
        step = schedules.MultiStepLR(optimizer, [1, 3], gamma=0.5)
        return step if kind == "step" else schedules.SequentialLR(optimizer, [step, schedules.ConstantLR(optimizer)], [2])

    def rates(fail_at: int = -1) -> list[float]:
        outbox._trainings = iter(range(9))
        accelerator = new_accelerator()
        optimizer = accelerator.prepare(torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1))
        schedule, seen = schedule_of(optimizer), []
        for epoch in resumable(range(6), accelerator=accelerator):
            if epoch == fail_at:
                break
            seen.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
            report({"epoch": epoch}, accelerator=accelerator)
        return seen

    undisturbed = rates()
    session.checkpoints.clear()
    assert rates(fail_at=2) + rates() == undisturbed


class Stream(IterableDataset[torch.Tensor]):  # type: ignore[misc]  # mypy does not follow torch here
    """Rows without a length, that are drawn from what the stream keeps itself."""

    def __init__(self, kind: str) -> None:
        self.kind, self.at = kind, 0
        makes = {"torch": torch.Generator, "python": lambda: random.Random(1), "numpy": lambda: numpy.random.default_rng(1)}
        self.source: Any = iter(range(99)) if kind == "iterator" else makes.get(kind, lambda: None)()

    def __iter__(self) -> Iterator[torch.Tensor]:
        for _ in range(4):
            self.at += 1
            yield torch.tensor([float(self.draw())])

    def draw(self) -> float:
        if self.kind == "torch":
            return torch.rand(1, generator=self.source).item()
        if self.kind == "iterator":
            return next(self.source)
        return self.at if self.source is None else self.source.random()


def rows_of(kind: str, fail_at: int = -1) -> list[float]:
    outbox._trainings = iter(range(9))
    accelerator = new_accelerator()
    loader = accelerator.prepare(DataLoader(Stream(kind), batch_size=2))
    seen: list[float] = []
    for epoch in resumable(range(4), accelerator=accelerator):
        if epoch == fail_at:
            break
        seen += [row for batch in loader for row in batch.flatten().tolist()]
        report({"epoch": epoch}, accelerator=accelerator)
    return seen


@pytest.mark.parametrize("kind", ["counter", "torch", "python", "numpy"])
def test_a_stream_goes_on_with_what_it_keeps_itself(kind: str, session: Stored) -> None:
    undisturbed = rows_of(kind)
    session.checkpoints.clear()
    assert rows_of(kind, fail_at=2) + rows_of(kind) == undisturbed


def test_a_stream_whose_place_an_iterator_has_is_said_to_begin_again(session: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    undisturbed = rows_of("iterator")
    session.checkpoints.clear()
    rows_of("iterator", fail_at=2)
    capsys.readouterr()
    assert rows_of("iterator") == undisturbed
    assert capsys.readouterr().out.startswith("raylift: Stream.source is an iterator, and no checkpoint holds where it stands")


def test_a_checkpoint_of_a_resumable_loop_holds_the_model_and_the_state(session: Stored) -> None:
    attempts(session, 1)(lambda epoch, step: None)
    names = {str(path.relative_to(session.last)) for path in session.last.rglob("*") if path.is_file()}
    assert {"model.bin", "state/model.safetensors", "state/optimizer.bin", "state/scheduler.bin"} < names
    assert {"state/loop_rank_0.pt", "state/random_states_0.pkl"} < names


def test_several_reports_in_one_epoch_make_one_checkpoint(session: Stored) -> None:
    accelerator = new_accelerator()
    for epoch in resumable(range(2), accelerator=accelerator):
        report({"epoch": epoch, "part": 1}, accelerator=accelerator)
        report({"epoch": epoch, "part": 2}, accelerator=accelerator)
    assert [(each["epoch"], each["part"]) for each in session.reports] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert len(session.checkpoints) == 2


def test_a_loop_that_is_left_keeps_its_last_metrics_without_waiting_for_others(session: Stored) -> None:
    accelerator = new_accelerator()
    for epoch in resumable(range(5), accelerator=accelerator):
        report({"epoch": epoch}, accelerator=accelerator)
        if epoch == 1:
            break
    assert [dict(each) for each in session.reports] == [{"epoch": 0}]
    assert [line["epoch"] for line in outbox.take()] == [1]
    report({"after": True}, accelerator=accelerator)
    assert dict(session.reports[-1]) == {"after": True}


def test_what_the_script_registered_is_restored(session: Stored) -> None:
    def attempt(stop: int) -> int:
        outbox._trainings = iter(range(9))
        accelerator = new_accelerator()
        counter = Counter()
        accelerator.register_for_checkpointing(counter)
        for epoch in resumable(range(4), accelerator=accelerator):
            if epoch == stop:
                break
            counter.count += 10
            report({}, accelerator=accelerator)
        return counter.count

    assert attempt(2) == 20
    assert attempt(-1) == 40


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def state_dict(self) -> dict[str, int]:
        return vars(self)

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.__dict__.update(state)


def test_a_second_loop_continues_from_its_own_checkpoints(session: Stored) -> None:
    def attempt() -> list[tuple[str, int]]:
        outbox._trainings = iter(range(9))
        accelerator, seen = new_accelerator(), []
        for name in ("first", "second"):
            for epoch in resumable(range(2), accelerator=accelerator):
                seen.append((name, epoch))
                if len(session.reports) == 3:
                    session.reports.append(Report({}))
                    return seen
                report({}, accelerator=accelerator)
        return seen

    assert attempt() == [("first", 0), ("first", 1), ("second", 0), ("second", 1)]
    assert attempt() == [("second", 1)]


def test_a_checkpoint_of_another_kind_is_left_alone(session: Stored, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/weights.txt").write_text("1")
    accelerator = new_accelerator()
    setattr(accelerator, runtime.LOOP, runtime.Loop(0))
    report({}, accelerator=accelerator, checkpoint_dir=tmp_path / "own")
    outbox._trainings = iter(range(9))
    assert list(resumable(range(2), accelerator=new_accelerator())) == [0, 1]


def test_the_metrics_of_a_step_are_those_of_its_line() -> None:
    loop = runtime.Loop(1)
    loop.reports = 1
    assert loop.line({"loss": 1}) == {"step": 1, "loss": 1, "training": 1}
    assert loop.line({"step": 40}) == {"step": 40, "training": 1}
    assert loop.line({"loss": 2}) == {"step": 40, "loss": 2, "training": 1}


class InParts(nn.Linear):  # type: ignore[misc]  # mypy does not follow torch here
    """As much of DeepSpeed's engine as is asked, with stage 3 and without leave to gather the model."""

    def zero_optimization_stage(self) -> int:
        return 3

    def zero_gather_16bit_weights_on_model_save(self) -> bool:
        return False

    def save_checkpoint(self, folder: str) -> None:
        Path(folder, "global_step1").mkdir(parents=True)
        Path(folder, "global_step1/zero_pp_rank_0_mp_rank_00_model_states.pt").touch()


def test_a_model_that_deepspeed_may_not_gather_is_reported_in_its_parts(session: Stored) -> None:
    accelerator = SimpleNamespace(num_processes=1, is_main_process=True, _raylift_compared=True)
    report({}, accelerator=accelerator, model=InParts(1, 1))
    assert [path.name for path in session.last.rglob("*.pt")] == ["zero_pp_rank_0_mp_rank_00_model_states.pt"]


def test_sharded_models_are_gathered_on_every_rank(session: Stored) -> None:
    asked = []
    state = {"weight": torch.ones(1)}
    accelerator = SimpleNamespace(
        num_processes=1,
        is_main_process=True,
        distributed_type=SimpleNamespace(value="FSDP"),
        get_state_dict=lambda model: asked.append(model) or state,
        unwrap_model=lambda model: model,
        save=torch.save,
        process_index=0,
        mixed_precision="no",
        device=torch.device("cpu"),
        state=SimpleNamespace(dynamo_plugin=SimpleNamespace(backend=None)),
    )
    model = nn.Linear(1, 1)
    report({}, accelerator=accelerator, model=model)
    accelerator.is_main_process = False
    report({}, accelerator=accelerator, model=model)
    assert asked == [model, model]
    assert list(session.last.rglob("*")) == []
