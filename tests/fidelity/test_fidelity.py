"""Every runnable fixture trains after its lift, on two Ray workers, to the losses that torchrun gave it before."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.fidelity.originals import Originals
from tests.fidelity.training_runs import differences, train_lifted, untold
from tests.shapes import SCRIPTS, arguments, outcome_of, shapes_of

from raylift.outcome import Rewritten
from raylift.settings import Settings

# The original of the first starts its own processes; that of the second needs an Accelerate of years ago.
NOT_RUNNABLE = {"accelerate/notebook_launcher", "accelerate/old_names"}
SHARDED = "hf_trainer/deepspeed"
WITH_DEEPSPEED = pytest.mark.skipif(find_spec("deepspeed") is None, reason="DeepSpeed is not installed: pip install deepspeed")
SHAPES = [
    pytest.param(shape, marks=WITH_DEEPSPEED if shape == SHARDED else ())
    for shape in (*shapes_of("hf_trainer"), *shapes_of("accelerate"))
    if shape not in NOT_RUNNABLE
]


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_script_trains_to_the_same_losses(
    shape: str, originals: Originals, cluster: str, warm: str, tmp_path: Path
) -> None:
    script = SCRIPTS[shape]
    outcome = outcome_of(script, Settings(num_workers=2, use_gpu=False))
    assert isinstance(outcome, Rewritten), outcome
    after = train_lifted(outcome.code, script, arguments(script), 2, tmp_path / "lifted", cluster, warm)
    before = originals[shape]
    assert min(len(losses) for losses in before.losses.values()) >= 6
    assert differences(before, after, 2) == []
    assert after.reports
    if shape.startswith("accelerate/"):
        assert untold(after.reports, before) == []


@WITH_DEEPSPEED
@pytest.mark.ray
@pytest.mark.slow
def test_a_sharded_script_trains_to_the_same_losses_with_stock_ray(
    originals: Originals, cluster: str, warm: str, tmp_path: Path
) -> None:
    outcome = outcome_of(SCRIPTS[SHARDED], Settings(num_workers=2, runtime="ray"))
    assert isinstance(outcome, Rewritten), outcome
    after, before = train_lifted(outcome.code, SCRIPTS[SHARDED], [], 2, tmp_path / "lifted", cluster, warm), originals[SHARDED]
    assert (after.losses, after.parameters, after.worlds) == (before.losses, before.parameters, {2})
