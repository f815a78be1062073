"""The comparison itself: it passes equal runs and catches wrong lifts."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.fidelity.originals import Originals
from tests.fidelity.training_runs import Run, TrainingFailed, differences, train_lifted, untold
from tests.shapes import SCRIPTS, outcome_of

from raylift.outcome import Rewritten
from raylift.settings import Settings

FLAT = "hf_trainer/flat"


def found_where(lift: tuple[str, str], original: Run, folder: Path, cluster: str, warm: str) -> list[str]:
    """The differences that are found where one piece of a lifted script is another than it should be."""
    outcome = outcome_of(SCRIPTS[FLAT], Settings(num_workers=2, use_gpu=False))
    assert isinstance(outcome, Rewritten)
    wrong = outcome.code.decode().replace(*lift)
    assert wrong != outcome.code.decode()
    after = train_lifted(wrong.encode(), SCRIPTS[FLAT], [], 2, folder / "lifted", cluster, warm)
    return differences(original, after, 2)


@pytest.mark.ray
@pytest.mark.slow
def test_a_lift_that_loses_the_seed_is_caught(originals: Originals, cluster: str, warm: str, tmp_path: Path) -> None:
    found = found_where(("set_seed(42)", "set_seed(43)"), originals[FLAT], tmp_path, cluster, warm)
    assert any(each.startswith("losses of rank 0 differ at step 0") for each in found)


@pytest.mark.ray
@pytest.mark.slow
def test_a_lift_in_which_each_worker_trains_alone_is_caught(
    originals: Originals, cluster: str, warm: str, tmp_path: Path
) -> None:
    found = found_where(("num_workers=2", "num_workers=1"), originals[FLAT], tmp_path, cluster, warm)
    assert any(each.startswith("lifted: ranks [0] of worlds {1}") for each in found)


def test_a_script_that_fails_is_an_error_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="no such thing"):
        train_lifted(b"raise SystemExit('no such thing')", SCRIPTS[FLAT], [], 2, tmp_path / "lifted", "nowhere")


RUN = Run(
    losses={0: ["0x1p0", "0x1p-1"], 1: ["0x1p1", "0x1p0"]},
    parameters={0: ["a", "b"], 1: ["a", "b"]},
    worlds={2},
    processes=2,
    files={"out/model.safetensors"},
    weights={"out/model.safetensors": "1f"},
    told="epoch 0 loss 0.4231 perplexity 7.5",
)


def test_equal_runs_have_no_differences() -> None:
    assert differences(RUN, RUN, 2) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"losses": {**RUN.losses, 1: ["0x1p1", "0x1.0000000000001p0"]}}, "losses of rank 1 differ at step 1"),
        ({"losses": {**RUN.losses, 0: ["0x1p0"]}}, "losses of rank 0: 2 and 1 of them"),
        ({"parameters": {**RUN.parameters, 0: ["a", "c"]}}, "parameters of rank 0 differ at step 1"),
        ({"worlds": {1}}, "lifted: ranks [0, 1] of worlds {1}"),
        ({"processes": 4}, "in 4 processes"),
        ({"files": set()}, "out/model.safetensors: not written"),
        ({"weights": {"out/model.safetensors": "20"}}, "out/model.safetensors: other weights"),
    ],
)
def test_every_kind_of_difference_is_named(change: dict[str, object], sentence: str) -> None:
    found = differences(RUN, dataclasses.replace(RUN, **change), 2)  # type: ignore[arg-type]  # fields by name
    assert any(sentence in line for line in found), found


@pytest.mark.parametrize(
    ("value", "is_told"), [(0.42309, True), (7.5, True), (1.0, True), (0.4232, False), (7.56, False), (0.25, False)]
)
def test_a_reported_value_is_one_that_the_original_told_or_trained_on(value: float, is_told: bool) -> None:
    assert untold([{"epoch": 0, "value": value}], RUN) == ([] if is_told else [("value", value)])
