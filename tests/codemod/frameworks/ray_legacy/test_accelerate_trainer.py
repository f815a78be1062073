"""AccelerateTrainer: the loop stays, and its Accelerate configuration still reaches every worker."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices, refusal

from raylift.lift import rewrite
from raylift.outcome import Rewritten
from raylift.settings import Settings

HEAD = "from accelerate import Accelerator\nfrom ray.train.huggingface import AccelerateTrainer\n\n\n"
LOOP = 'def loop(config):\n    """Trains."""\n    accelerator = Accelerator()\n\n\n'
BF16 = 'trainer = AccelerateTrainer(loop, accelerate_config={"mixed_precision": "bf16", "num_processes": 4})\n'


def test_the_configuration_is_passed_on() -> None:
    assert lifted(HEAD + LOOP + BF16) == (
        "from accelerate import Accelerator\nfrom raylift_runtime.torch import TorchTrainer\n\n\n"
        + LOOP
        + BF16.replace("AccelerateTrainer", "TorchTrainer")
    )


@pytest.mark.parametrize("config", ['"config.yaml"', "CONFIG", "load()", "args.accelerate_config"])
def test_a_path_or_a_variable_is_passed_on_as_it_is(config: str) -> None:
    code = lifted(f"{HEAD}{LOOP}trainer = AccelerateTrainer(loop, accelerate_config={config})\n")
    assert f"TorchTrainer(loop, accelerate_config={config})" in code


@pytest.mark.parametrize("arguments", ["loop", "loop, accelerate_config=None", "train_loop_per_worker=loop"])
def test_without_one_the_default_file_of_the_machine_is_read(arguments: str) -> None:
    source = f"{HEAD}{LOOP}trainer = AccelerateTrainer({arguments})\n"
    code = lifted(source)
    assert "from accelerate.commands.config import default_config_file\n" in code
    assert "accelerate_config=default_config_file)" in code
    assert [notice.rule for notice in notices(source)] == ["RL133"]


def test_stock_ray_gets_it_as_variables() -> None:
    code = lifted(HEAD + LOOP + BF16, runtime="ray")
    assert '    """Trains."""\n    os.environ["ACCELERATE_MIXED_PRECISION"] = "bf16"\n    accelerator = Accelerator()\n' in code
    assert "trainer = TorchTrainer(loop)\n" in code
    assert "import os\n" in code
    assert not notices(HEAD + LOOP + BF16, runtime="ray")


@pytest.mark.parametrize(
    ("scaling", "is_told"), [("2", True), ("2, use_gpu=False", True), ("2, use_gpu=True", False), ("2, use_gpu=x", False)]
)
def test_stock_rays_cpu_workers_are_told_that_they_are(scaling: str, is_told: bool) -> None:
    source = (
        f"from ray.air import ScalingConfig\n{HEAD}{LOOP}AccelerateTrainer(loop, scaling_config=ScalingConfig({scaling})).fit()\n"
    )
    assert ('os.environ["ACCELERATE_USE_CPU"] = "true"' in lifted(source, runtime="ray")) is is_told


@pytest.mark.parametrize("config", ['"config.yaml"', '{"fsdp_config": {}}', "None"])
def test_what_stock_ray_loses_is_told(config: str) -> None:
    source = f"{HEAD}{LOOP}trainer = AccelerateTrainer(loop, accelerate_config={config})\n"
    told = [notice.rule for notice in notices(source, runtime="ray")]
    assert told == ([] if config == "None" else ["RL133"])
    assert "accelerate_config" not in lifted(source, runtime="ray")


def test_a_loop_of_another_module_that_would_have_to_set_it_is_told() -> None:
    modules = {"loops": f"from accelerate import Accelerator\n\n\n{LOOP}".encode()}
    source = f"{HEAD}from loops import loop\n{BF16}".encode()
    outcome = rewrite(source, Settings(runtime="ray"), lambda name, level: modules.get(name))
    assert isinstance(outcome, Rewritten)
    assert [(notice.rule, "another module" in notice.text) for notice in outcome.notices] == [("RL133", True)]
    assert b"os.environ" not in outcome.code


def test_a_configuration_that_sets_nothing_leaves_the_loop_as_it_is() -> None:
    gpus = "from ray.train import ScalingConfig\n"
    scaling = "ScalingConfig(2, use_gpu=True)"
    code = lifted(
        f"{gpus}{HEAD}{LOOP}trainer = AccelerateTrainer(loop, accelerate_config={{}}, scaling_config={scaling})\n", runtime="ray"
    )
    assert LOOP in code
    assert "import os" not in code


@pytest.mark.parametrize("gone", ["preprocessor=None", "metadata={'a': 1}", "resume_from_checkpoint=None"])
def test_what_a_torch_trainer_no_longer_takes_goes(gone: str) -> None:
    code = lifted(f"{HEAD}{LOOP}trainer = AccelerateTrainer(loop, {gone}, accelerate_config=CONFIG)\n")
    assert "trainer = TorchTrainer(loop, accelerate_config=CONFIG)\n" in code


def test_a_preprocessor_maps_the_data_and_is_not_given_to_the_trainer() -> None:
    maps = "from ray.data.preprocessors import BatchMapper\n"
    given = "preprocessor=BatchMapper(f, batch_format='numpy'), datasets={'train': d}, accelerate_config=CONFIG"
    code = lifted(f"{maps}{HEAD}{LOOP}trainer = AccelerateTrainer(loop, {given})\n")
    assert ".map_batches(f" in code
    assert "preprocessor" not in code


def test_a_subclass_has_another_base() -> None:
    source = HEAD + LOOP + 'class Mine(AccelerateTrainer):\n    """Mine."""\n\n\nMine(loop, accelerate_config={}).fit()\n'
    code = lifted(source)
    assert "class Mine(TorchTrainer):\n" in code
    assert "Mine(loop, accelerate_config={}).fit()\n" in code
    assert refusal(source, runtime="ray").rule == "RL327"


def test_a_dataclass_as_the_loops_configuration_stays() -> None:
    source = HEAD + LOOP + "AccelerateTrainer(loop, train_loop_config=Settings(lr=1), accelerate_config={}).fit()\n"
    assert "TorchTrainer(loop, train_loop_config=Settings(lr=1), accelerate_config={}).fit()\n" in lifted(source)


def test_a_dict_of_dataset_configs_becomes_a_data_config() -> None:
    given = "dataset_config={'train': DatasetConfig(split=True), 'test': DatasetConfig(split=True)}"
    source = f"from ray.air import DatasetConfig\n{HEAD}{LOOP}AccelerateTrainer(loop, accelerate_config={{}}, {given}).fit()\n"
    assert 'dataset_config=DataConfig(datasets_to_split=["train", "test"])' in lifted(source)


def test_other_datasets_are_split_too_and_that_is_told() -> None:
    source = f"{HEAD}{LOOP}AccelerateTrainer(loop, accelerate_config={{}}, datasets={{'train': a, 'evaluation': b}}).fit()\n"
    assert [notice.rule for notice in notices(source)] == ["RL132"]
    assert not notices(source.replace(", 'evaluation': b", ""))


def test_a_loop_that_starts_from_a_checkpoint_is_refused() -> None:
    source = HEAD + LOOP + "AccelerateTrainer(loop, resume_from_checkpoint=best).fit()\n"
    assert refusal(source).rule == "RL328"


def test_a_subclass_that_overrides_ray_is_refused() -> None:
    source = HEAD + "class Mine(AccelerateTrainer):\n    def training_loop(self):\n        pass\n"
    assert refusal(source).rule == "RL327"
