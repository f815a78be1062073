"""Whole scripts of Ray 2.0 to 2.8: each becomes its `after.py`, with the notices that are kept beside it."""

from __future__ import annotations

import io
import token
import tokenize
from pathlib import Path

import pytest

from raylift.frameworks.ray_legacy.legacy_names import LEGACY_TRAINERS, MODEL_CHECKPOINTS, PREDICTORS
from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten, Untouched
from raylift.project.neighbours import neighbours_of
from raylift.settings import Settings

FIXTURES = Path(__file__).parents[4] / "fixtures/scripts/ray_legacy"
SCRIPTS = [
    path
    for path in sorted(FIXTURES.glob("*/*.py"))
    if not path.parent.name.startswith("refused") and path.name not in ("after.py", "after_stock.py")
]
SHAPES = [path.parent.name for path in SCRIPTS if path.name == "before.py"]
REMOVED = {name.rpartition(".")[2] for name in LEGACY_TRAINERS | MODEL_CHECKPOINTS | PREDICTORS} | {
    "BatchMapper",
    "DatasetConfig",
}
RUNTIMES = ("raylift", "ray")


def lift(path: Path, runtime: str) -> Rewritten | Untouched:
    outcome = rewrite(path.read_bytes(), Settings(runtime=runtime), neighbours_of(str(path)))  # type: ignore[arg-type]  # one of two
    assert isinstance(outcome, (Rewritten, Untouched)), outcome
    return outcome


@pytest.mark.parametrize("shape", SHAPES)
def test_a_script_becomes_what_its_fixture_says(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py", "raylift")
    assert isinstance(outcome, Rewritten)
    assert outcome.code.decode() == (FIXTURES / shape / "after.py").read_text()
    told = "".join(f"{notice.line} {notice.rule} {notice.text}: {notice.remedy}\n" for notice in outcome.notices)
    kept = FIXTURES / shape / "notices.txt"
    assert told == (kept.read_text() if kept.exists() else "")


@pytest.mark.parametrize("shape", [path.parent.name for path in sorted(FIXTURES.glob("*/after_stock.py"))])
def test_a_script_becomes_what_its_fixture_says_for_stock_ray(shape: str) -> None:
    outcome = lift(FIXTURES / shape / "before.py", "ray")
    assert isinstance(outcome, Rewritten)
    assert outcome.code.decode() == (FIXTURES / shape / "after_stock.py").read_text()
    assert b"raylift" not in outcome.code


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("refused_*/before.py")), ids=lambda path: path.parent.name)
def test_a_script_is_refused_with_the_sentence_of_its_fixture(path: Path) -> None:
    outcome = rewrite(path.read_bytes(), neighbours=neighbours_of(str(path)))
    assert isinstance(outcome, Refused)
    told = "".join(f"{notice.line} {notice.rule} {notice.text}: {notice.remedy}\n" for notice in outcome.notices)
    assert told == path.with_name("notices.txt").read_text()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_script_is_left_alone(shape: str) -> None:
    assert isinstance(lift(FIXTURES / shape / "after.py", "raylift"), Untouched)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_lifted_file_names_what_is_gone(script: Path, runtime: str) -> None:
    outcome = lift(script, runtime)
    code = outcome.code if isinstance(outcome, Rewritten) else script.read_bytes()
    words = [each for each in tokenize.tokenize(io.BytesIO(code).readline) if each.type in (token.NAME, token.OP)]
    assert not REMOVED & {each.string for each in words}
    dotted = "".join(each.string if each.type == token.OP else f" {each.string}" for each in words).replace(" ", "")
    assert "ray.air" not in dotted


def test_the_guides_script_has_the_form_that_the_guide_gives_it() -> None:
    outcome = lift(FIXTURES / "trainer_guide" / "before.py", "ray")
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
