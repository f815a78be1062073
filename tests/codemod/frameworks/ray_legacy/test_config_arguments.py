"""Arguments that today's Ray Train raises on."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices, refusal

PAIRS = {
    "local_dir": ("RunConfig(local_dir='out', name='a')", "RunConfig(storage_path='out', name='a')", 0),
    "local_dir beside storage_path": ("RunConfig(storage_path='s', local_dir='out')", "RunConfig(storage_path='s')", 1),
    "what was only printed": ("RunConfig(name='a', verbose=0, log_to_file=True, progress_reporter=r)", "RunConfig(name='a')", 0),
    "stop": ("RunConfig(stop={'loss': 1})", "RunConfig()", 1),
    "sync_config": ("RunConfig(sync_config=SyncConfig())", "RunConfig()", 1),
    "a folder to sync to": ("RunConfig(sync_config=SyncConfig(upload_dir='s3://b'))", "RunConfig(storage_path='s3://b')", 0),
    "trainer_resources": ("ScalingConfig(2, trainer_resources={'CPU': 0})", "ScalingConfig(2)", 1),
    "_max_cpu_fraction_per_node": ("ScalingConfig(2, _max_cpu_fraction_per_node=0.8)", "ScalingConfig(2)", 1),
    "checkpoint_frequency": ("CheckpointConfig(num_to_keep=1, checkpoint_frequency=5)", "CheckpointConfig(num_to_keep=1)", 1),
    "checkpoint_at_end": ("CheckpointConfig(checkpoint_at_end=True)", "CheckpointConfig()", 1),
    "_checkpoint_keep_all_ranks": ("CheckpointConfig(_checkpoint_keep_all_ranks=True)", "CheckpointConfig()", 1),
    "fail_fast": ("FailureConfig(fail_fast=True)", "FailureConfig()", 1),
    "what was off anyway": ("FailureConfig(1, fail_fast=False)", "FailureConfig(1)", 0),
    "metadata": ("TorchTrainer(loop, metadata={})", "TorchTrainer(loop)", 1),
    "no preprocessor": ("TorchTrainer(loop, preprocessor=None, resume_from_checkpoint=None)", "TorchTrainer(loop)", 0),
}
NAMES = "CheckpointConfig, FailureConfig, RunConfig, ScalingConfig"


@pytest.mark.parametrize(("before", "after", "told"), PAIRS.values(), ids=PAIRS)
def test_an_argument_that_raises_goes(before: str, after: str, told: int) -> None:
    head = f"from ray.train import {NAMES}\nfrom ray.train.torch import TorchTrainer\n"
    source = f"{head}from ray.tune import SyncConfig\n\n{before}\n"
    assert lifted(source).endswith(f"\n{after}\n")
    assert [notice.rule for notice in notices(source)] == ["RL231"] * told


def test_the_layout_of_the_call_stays() -> None:
    source = "from ray.air import RunConfig\n\nRunConfig(\n    name='a',  # the name\n    verbose=1,\n)\n"
    assert lifted(source) == "from ray.train import RunConfig\n\nRunConfig(\n    name='a',  # the name\n)\n"


def test_an_import_that_only_served_a_dropped_argument_goes() -> None:
    source = "from ray.air import RunConfig\nfrom ray.tune import SyncConfig\n\nRunConfig(sync_config=SyncConfig())\n"
    assert lifted(source) == "from ray.train import RunConfig\n\nRunConfig()\n"


@pytest.mark.parametrize("argument", ["preprocessor=scaler", "resume_from_checkpoint=best"])
def test_an_argument_with_a_meaning_is_not_dropped_from_a_torch_trainer(argument: str) -> None:
    assert refusal(f"from ray.train.torch import TorchTrainer\n\nTorchTrainer(loop, {argument})\n").rule == "RL328"
