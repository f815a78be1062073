"""Of whole scripts of Ray 2.0 to 2.8 nothing is left that Ray has removed."""

from __future__ import annotations

import io
import token
import tokenize
from pathlib import Path

import pytest
from tests.codemod.lifting import lifted
from tests.shapes import SCRIPTS, neighbours, outcome_of, shapes_of

from raylift.frameworks.ray_legacy.legacy_names import LEGACY_TRAINERS, MODEL_CHECKPOINTS, PREDICTORS
from raylift.outcome import Rewritten, Untouched
from raylift.settings import Settings
from raylift.targets import TARGETS

FILES = [file for shape in shapes_of("ray_legacy") for file in (SCRIPTS[shape], *neighbours(SCRIPTS[shape]))]
REMOVED = {name.rpartition(".")[2] for name in LEGACY_TRAINERS | MODEL_CHECKPOINTS | PREDICTORS} | {
    "BatchMapper",
    "DatasetConfig",
}
RUNTIMES = ("raylift", "ray")


def lift(path: Path, runtime: str) -> Rewritten | Untouched:
    outcome = outcome_of(path, Settings(runtime=runtime))  # type: ignore[arg-type]  # one of two
    assert isinstance(outcome, (Rewritten, Untouched)), outcome
    return outcome


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("script", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_lifted_file_names_what_is_gone(script: Path, runtime: str) -> None:
    outcome = lift(script, runtime)
    code = outcome.code if isinstance(outcome, Rewritten) else script.read_bytes()
    words = [each for each in tokenize.tokenize(io.BytesIO(code).readline) if each.type in (token.NAME, token.OP)]
    assert not REMOVED & {each.string for each in words}
    dotted = "".join(each.string if each.type == token.OP else f" {each.string}" for each in words).replace(" ", "")
    assert "ray.air" not in dotted


def test_the_guides_script_has_the_form_that_the_guide_gives_it() -> None:
    outcome = lift(SCRIPTS["ray_legacy/trainer_guide"], "ray")
    assert isinstance(outcome, Rewritten)
    lines = [line.strip() for line in outcome.code.decode().splitlines()]
    train_function = lines[lines.index("def train_func():") : lines.index("# Build a Ray TransformersTrainer")]
    in_order = [
        'train_dataset = ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=args.per_device_train_batch_size)',
        'eval_dataset = ray.train.get_dataset_shard("validation").iter_torch_batches(batch_size=args.per_device_eval_batch_size)',
        "trainer = transformers.Trainer(",
        "trainer.add_callback(RayTrainReportCallback())",
        "trainer = prepare_trainer(trainer)",
        "trainer.train()",
    ]
    places = [train_function.index(line) for line in in_order]
    assert places == sorted(places)
    for line in (
        "from ray.train.torch import TorchTrainer",
        "from ray.train.huggingface.transformers import RayTrainReportCallback, prepare_trainer",
        "ray_trainer = TorchTrainer(",
        "train_func,",
        "scaling_config=scaling_config,",
        'datasets={"train": ray_train_ds, "validation": ray_eval_ds},',
        "result = ray_trainer.fit()",
    ):
        assert line in lines


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_trainer_of_today_beside_names_of_yesterday_changes_with_them(runtime: str) -> None:
    other = {"raylift": "ray.train.torch", "ray": "raylift_runtime.torch"}[runtime]
    source = (
        f"from {other} import TorchTrainer\nfrom ray.air import session\nfrom ray.air.config import ScalingConfig\n\n"
        "def train_func():\n    session.report({'loss': 1})\n\n"
        "TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2)).fit()\n"
    )
    code = lifted(source, runtime=runtime, retarget=True)
    assert f"from {TARGETS[runtime].torch} import TorchTrainer\n" in code
    assert "ray.air" not in code
    assert "ray.train.report({'loss': 1})" in code
