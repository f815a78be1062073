"""Every runnable fixture trains after its lift, on two Ray workers, to the losses that torchrun gave it before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.fidelity.training_runs import Run, differences, train_lifted, train_original, untold
from tests.shapes import SCRIPTS, arguments, outcome_of, shapes_of

from raylift.outcome import Rewritten
from raylift.settings import Settings

# The original of the first starts its own processes; that of the second needs an Accelerate of years ago.
NOT_RUNNABLE = {"accelerate/notebook_launcher", "accelerate/old_names"}
SHAPES = [shape for shape in (*shapes_of("hf_trainer"), *shapes_of("accelerate")) if shape not in NOT_RUNNABLE]


@pytest.fixture(scope="module")
def originals(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Run]]]:
    """The originals of the shapes that are tested, trained one after the other while Ray's workers start and stop."""
    shapes = [item.callspec.params["shape"] for item in request.session.items if "originals" in item.fixturenames]
    folder = tmp_path_factory.mktemp("originals")
    with ThreadPoolExecutor(1) as pool:
        yield {shape: pool.submit(_train_before, shape, folder / shape) for shape in shapes}
        pool.shutdown(cancel_futures=True)


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_script_trains_to_the_same_losses(
    shape: str, originals: dict[str, Future[Run]], cluster: str, tmp_path: Path
) -> None:
    script = SCRIPTS[shape]
    outcome = outcome_of(script, Settings(num_workers=2, use_gpu=False))
    assert isinstance(outcome, Rewritten), outcome
    after = train_lifted(outcome.code, script, arguments(script), 2, tmp_path / "lifted", cluster)
    before = originals[shape].result()
    assert min(len(losses) for losses in before.losses.values()) >= 6
    assert differences(before, after, 2) == []
    assert after.reports
    if shape.startswith("accelerate/"):
        assert untold(after.reports, before) == []


def _train_before(shape: str, folder: Path) -> Run:
    script = SCRIPTS[shape]
    return train_original(script, arguments(script), 2, folder)
