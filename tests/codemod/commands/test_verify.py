"""`raylift verify` trains before and after, and says whether the losses are the same."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED
from tests.conftest import Raylift, Run

from raylift.commands import both_trainings
from raylift.verification.watched_training import TrainingRecord, WatchedTraining, watch

EXAMPLE = Path(__file__).parents[3] / "examples/train.py"


def test_what_cannot_be_compared_is_told(raylift: Raylift, stand_in: object, tmp_path: Path) -> None:
    (tmp_path / "refused.py").write_bytes(REFUSED)
    (tmp_path / "plain.py").write_bytes(b"print(1)\n")
    assert raylift("verify", tmp_path / "missing.py").code == 2
    assert raylift("verify", tmp_path / "refused.py").code == 1
    assert "--lifted" in raylift("verify", tmp_path / "plain.py").err
    assert raylift("verify", tmp_path / "plain.py", "--lifted", tmp_path / "missing.py").code == 2


@pytest.fixture(scope="module")
def originals() -> dict[str, TrainingRecord]:
    """The training of the example as it is, once there is one: it is the same for every lift that it is compared with."""
    return {}


@pytest.fixture
def verified(
    raylift: Raylift, originals: dict[str, TrainingRecord], warm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """Runs `raylift verify` on a copy of the example, for three steps."""

    def watch_once(training: WatchedTraining, record: Path, steps: int | None) -> TrainingRecord:
        if training.folder.name != "original":
            return watch(training, record, steps)
        if "example" not in originals:
            originals["example"] = watch(training, record, steps)
        return originals["example"]

    def run(*flags: str) -> Run:
        shutil.copy(EXAMPLE, "train.py")
        ended = raylift("verify", "train.py", "-n", "2", "--no-use-gpu", "--steps", "3", *flags, "--", "--epochs", "1")
        assert Path("train.py").read_bytes() == EXAMPLE.read_bytes()
        assert not Path("sums-model").exists()
        return ended

    monkeypatch.setattr(both_trainings, "watch", watch_once)
    monkeypatch.setattr(sys, "executable", warm)
    monkeypatch.chdir(tmp_path)
    return run


@pytest.mark.slow
@pytest.mark.ray
def test_the_example_trains_to_the_same_losses(verified: Callable[..., Run]) -> None:
    ended = verified()
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.splitlines()[1:3] == ["0     3       none              equal", "1     3       none              equal"]


@pytest.mark.slow
@pytest.mark.ray
def test_a_broken_lift_is_found_and_its_step_named(raylift: Raylift, verified: Callable[..., Run], tmp_path: Path) -> None:
    lifted = raylift("rewrite", "-", stdin=EXAMPLE.read_bytes()).out
    changed = lifted.replace("per_device_train_batch_size=8", "per_device_train_batch_size=8, learning_rate=1e-3")
    (tmp_path / "broken.py").write_text(changed)
    ended = verified("--lifted", "broken.py")
    assert ended.code == 1, ended.out + ended.err
    assert "loss 2: " in ended.out.splitlines()[1]
    assert "DIFFERENTLY" in ended.out
