"""How the two trainings of `raylift verify` are started."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from raylift.commands import both_trainings, verify
from raylift.commands.run_notebook import PROGRAM
from raylift.request import Request
from raylift.verification.watched_training import TrainingRecord, WatchedTraining

NOTEBOOKS = Path(__file__).parents[3] / "fixtures/notebooks"


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[WatchedTraining]:
    """The trainings that are started, with their `NOTEBOOK`, none of which trains; the first is one of two ranks where it launches them itself."""
    seen: list[WatchedTraining] = []

    def watch(training: WatchedTraining, record: Path, steps: int | None) -> TrainingRecord:
        text = (training.folder / "nb/before.ipynb").read_text()
        seen.append(training._replace(environment={**training.environment, "NOTEBOOK": text}))
        launches = "notebook_launcher" in text
        ranks = 2 if launches else seen[0].ranks
        return TrainingRecord({rank: [1.0] for rank in range(ranks)}, {rank: ["a"] for rank in range(ranks)})

    monkeypatch.setattr(both_trainings, "watch", watch)
    monkeypatch.setattr(verify, "missing_packages", lambda: "")
    monkeypatch.setattr(verify, "missing_for_notebooks", lambda: "")
    monkeypatch.chdir(tmp_path)
    return seen


def verified(shape: str, **chosen: object) -> int:
    shutil.copytree(NOTEBOOKS / shape, "nb")
    return verify.verify(Request("verify", ("nb/before.ipynb",), use_gpu=False)._replace(**chosen), [])  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize(
    ("shape", "workers", "torchrun", "ranks"),
    [
        ("course", None, [], 1),
        ("course", 1, [], 1),
        ("course", 3, ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=3"], 3),
        ("notebook_launcher", None, [], 2),
        ("notebook_launcher", 4, [], 2),
    ],
)
def test_a_notebook_trains_in_a_kernel_for_each_rank_that_it_does_not_launch_itself(
    watched: list[WatchedTraining], runtime: str, shape: str, workers: int | None, torchrun: list[str], ranks: int
) -> None:
    assert verified(shape, num_workers=workers, runtime=runtime) == 0
    original, lifted = watched
    assert original.command[1:] == [*torchrun, PROGRAM, "nb/before.ipynb", "nb"]
    assert lifted.command[1:] == [PROGRAM, "nb/before.ipynb", "nb"]
    assert lifted.environment["RAYLIFT_NUM_WORKERS"] == str(lifted.ranks) == str(ranks)
    assert (f"num_workers={ranks}" in lifted.environment["NOTEBOOK"]) or runtime == "raylift"


def test_the_cells_behind_a_training_must_run_unless_it_ends_after_some_steps(watched: list[WatchedTraining]) -> None:
    assert verified("course") == 0
    shutil.rmtree("nb")
    assert verified("course", steps=2) == 0
    assert [training.may_fail_at_last for training in watched] == [False, False, True, True]
