"""The comparison itself: it passes lifts made by hand and catches wrong ones."""

from __future__ import annotations

import dataclasses
import textwrap
from pathlib import Path

import pytest
from tests.fidelity.training_runs import (
    Run,
    TrainingFailed,
    differences,
    train_lifted,
    train_original,
    untold,
)
from tests.shapes import SCRIPTS, arguments

IMPORTS = """\
from ray.train import ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
"""

LAUNCHER = """

if __name__ == "__main__":
    ray_trainer = TorchTrainer(
        train_func,
        scaling_config=ScalingConfig(num_workers=2, use_gpu=False),
    )
    result = ray_trainer.fit()
"""


def lift_flat_trainer(source: str) -> str:
    """As the codemod lifts a flat script: its effects become the body of train_func."""
    definitions, effects = source.split("set_seed(42)\n")
    effects = effects.replace(
        "trainer.train()\n",
        "trainer.add_callback(RayTrainReportCallback())\ntrainer = prepare_trainer(trainer)\ntrainer.train()\n",
    )
    body = textwrap.indent("set_seed(42)\n" + effects, "    ")
    return f"{IMPORTS}{definitions}def train_func():\n{body}{LAUNCHER}"


def lift_main(source: str) -> str:
    """As the codemod lifts a `main()` behind a guard."""
    return IMPORTS + source.replace('if __name__ == "__main__":\n    main()\n', f"def train_func():\n    main()\n{LAUNCHER}")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Run:
    script = SCRIPTS["hf_trainer/flat"]
    return train_original(script, arguments(script), 2, tmp_path_factory.mktemp("original") / "run")


@pytest.mark.ray
@pytest.mark.slow
def test_a_flat_trainer_lifted_by_hand_is_equal(original: Run, cluster: str, tmp_path: Path) -> None:
    script = SCRIPTS["hf_trainer/flat"]
    after = train_lifted(lift_flat_trainer(script.read_text()).encode(), script, [], 2, tmp_path / "lifted", cluster)
    assert differences(original, after, 2) == []


@pytest.mark.ray
@pytest.mark.slow
def test_an_accelerate_loop_lifted_by_hand_is_equal(cluster: str, tmp_path: Path) -> None:
    script = SCRIPTS["accelerate/main_argparse"]
    before = train_original(script, arguments(script), 2, tmp_path / "original")
    after = train_lifted(lift_main(script.read_text()).encode(), script, arguments(script), 2, tmp_path / "lifted", cluster)
    assert differences(before, after, 2) == []


@pytest.mark.ray
@pytest.mark.slow
def test_a_lift_that_loses_the_seed_is_caught(original: Run, cluster: str, tmp_path: Path) -> None:
    script = SCRIPTS["hf_trainer/flat"]
    wrong = lift_flat_trainer(script.read_text()).replace("set_seed(42)", "set_seed(43)")
    after = train_lifted(wrong.encode(), script, [], 2, tmp_path / "lifted", cluster)
    assert any(found.startswith("losses of rank 0 differ at step 0") for found in differences(original, after, 2))


@pytest.mark.ray
@pytest.mark.slow
def test_a_lift_in_which_each_worker_trains_alone_is_caught(original: Run, cluster: str, tmp_path: Path) -> None:
    script = SCRIPTS["hf_trainer/flat"]
    wrong = lift_flat_trainer(script.read_text()).replace("num_workers=2", "num_workers=1")
    after = train_lifted(wrong.encode(), script, [], 2, tmp_path / "lifted", cluster)
    assert any(found.startswith("lifted: ranks [0] of worlds {1}") for found in differences(original, after, 2))


@pytest.mark.ray
@pytest.mark.slow
def test_a_lift_that_fails_is_an_error_with_its_output(cluster: str, tmp_path: Path) -> None:
    script = SCRIPTS["hf_trainer/flat"]
    broken = lift_flat_trainer(script.read_text()).replace("trainer.evaluate()", "trainer.evaluates()")
    with pytest.raises(TrainingFailed, match="evaluates"):
        train_lifted(broken.encode(), script, [], 2, tmp_path / "lifted", cluster)


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
