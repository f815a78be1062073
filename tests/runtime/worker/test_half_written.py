"""What `accelerator.save_state` writes is never taken for whole before it is, and never stands in the way of a later attempt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import ProjectConfiguration
from tests.runtime.stored import Stored

from raylift_runtime import accelerate as runtime
from raylift_runtime.accelerate import report, resumable
from raylift_runtime.metrics import outbox
from raylift_runtime.storage import unfinished
from raylift_runtime.worker import half_written

NewAttempt = Callable[[], Accelerator]


@pytest.fixture
def new_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewAttempt:
    """An Accelerator that names its states itself, in a new process of one run, whose worker has begun as a lifted one does."""
    session = Stored(folder=str(tmp_path / "run"))
    for module in (runtime, half_written):
        monkeypatch.setattr(module, "current", lambda: session)
    for method in ("save_state", "load_state"):
        monkeypatch.setattr(Accelerator, method, getattr(Accelerator, method))
    half_written.mend_accelerator()
    monkeypatch.chdir(tmp_path)

    def begin() -> Accelerator:
        half_written.remove_what_was_cut_short()
        monkeypatch.setattr(outbox, "_trainings", iter(range(9)))
        AcceleratorState._reset_state(reset_partial_state=True)
        project = ProjectConfiguration("states", automatic_checkpoint_naming=True, total_limit=2)
        accelerator = Accelerator(cpu=True, project_config=project)
        accelerator.prepare(torch.nn.Linear(1, 1))
        return accelerator

    return begin


def names(folder: str = "states/checkpoints") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_resumable_loop_goes_on_though_accelerate_names_the_states(new_attempt: NewAttempt) -> None:
    trained = []

    def train(fail_at: int) -> None:
        accelerator = new_attempt()
        for epoch in resumable(range(4), accelerator=accelerator):
            accelerator.save_state()
            if epoch == fail_at:
                raise KeyboardInterrupt
            trained.append(epoch)
            report({"epoch": epoch}, accelerator=accelerator)

    for fail_at in (0, 2, 2):
        with pytest.raises(KeyboardInterrupt):
            train(fail_at)
    train(-1)
    assert trained == [0, 1, 2, 3]
    assert names() == ["checkpoint_2", "checkpoint_3"]


def test_a_loop_that_begins_again_names_its_states_anew(new_attempt: NewAttempt) -> None:
    for _ in range(2):
        accelerator = new_attempt()
        for _ in range(3):
            accelerator.save_state()
        assert names() == ["checkpoint_1", "checkpoint_2"]


def test_states_of_another_run_are_kept_as_accelerate_keeps_them(new_attempt: NewAttempt) -> None:
    Path("states/checkpoints/checkpoint_0").mkdir(parents=True)
    with pytest.raises(ValueError, match="already exists"):
        new_attempt().save_state()
    assert names() == ["checkpoint_0"]


def test_a_state_that_was_cut_short_is_gone_before_the_next_attempt_looks_for_one(
    new_attempt: NewAttempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    accelerator = new_attempt()
    accelerator.project_configuration.automatic_checkpoint_naming = False
    accelerator.save_state("steps/step_1")
    monkeypatch.setattr("accelerate.accelerator.save_accelerator_state", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accelerator.save_state("steps/step_2")
    assert unfinished.is_cut_short("steps/step_2")
    with pytest.raises(RuntimeError, match="steps/step_2 was cut short while it was saved"):
        accelerator.load_state("steps/step_2")
    new_attempt()
    assert names("steps") == ["step_1"]
