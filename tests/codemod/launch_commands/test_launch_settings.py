"""`--launched-by` and `--inline-accelerate-config`: the launch command's part in the lifted script."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import Raylift
from tests.shapes import SCRIPTS

from raylift.project import settings_file as project

FSDP = """\
compute_environment: LOCAL_MACHINE
distributed_type: FSDP
fsdp_config:
  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP
  fsdp_min_num_params: 2000
  fsdp_sharding_strategy: FULL_SHARD
  fsdp_transformer_layer_cls_to_wrap: BertLayer
  fsdp_use_orig_params: true
mixed_precision: bf16
num_processes: 6
use_cpu: false
"""
DEEPSPEED = "distributed_type: DEEPSPEED\ndeepspeed_config:\n  deepspeed_config_file: zero3.json\nnum_processes: 4\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project.project_of.cache_clear()
    shutil.copy(SCRIPTS["accelerate/main_argparse"], tmp_path / "train.py")
    (tmp_path / "fsdp.yaml").write_text(FSDP)
    (tmp_path / "ds.yaml").write_text(DEEPSPEED)
    (tmp_path / "zero3.json").write_text('{"zero_optimization": {"stage": 3}, "train_batch_size": "auto"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMMANDS = {
    "accelerate launch --config_file fsdp.yaml --num_processes 8 train.py --lr 1e-4": (8, True, '"fsdp.yaml"'),
    "accelerate launch --config_file fsdp.yaml train.py": (6, True, '"fsdp.yaml"'),
    "accelerate launch --config_file fsdp.yaml --mixed_precision fp16 train.py": (
        6, True, '{"config_file": "fsdp.yaml", "mixed_precision": "fp16"}',
    ),
    "accelerate launch --cpu --num_processes 2 train.py": (2, False, None),
    "torchrun --nproc_per_node 4 train.py": (4, True, None),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_command_says_goes_into_the_script(command: str, raylift: Raylift, here: Path) -> None:
    workers, use_gpu, config = COMMANDS[command]
    run = raylift("rewrite", "train.py", "--launched-by", command)
    code = (here / "train.py").read_text()
    assert run.code == 0
    assert f"num_workers={workers}, use_gpu={use_gpu}" in code
    assert (f"accelerate_config={config}," in code) if config else ("accelerate_config" not in code)
    assert f"launch it with `python train.py{command.partition('train.py')[2]}`" in run.out + run.err


def test_flags_win_over_the_command(raylift: Raylift, here: Path) -> None:
    raylift("rewrite", "train.py", "--launched-by", "torchrun --nproc_per_node 4 train.py", "--num-workers", "3", "--no-use-gpu")
    assert "num_workers=3, use_gpu=False" in (here / "train.py").read_text()


def test_a_shell_script_may_hold_the_command(raylift: Raylift, here: Path) -> None:
    (here / "run.sbatch").write_text(
        "#!/bin/bash\n#SBATCH --nodes=1\nsrun torchrun --nproc_per_node 5 train.py \\\n  --lr 1e-4\n"
    )
    raylift("rewrite", "train.py", "--launched-by", "run.sbatch")
    assert "num_workers=5," in (here / "train.py").read_text()


WRONG = {
    "torchrun --nproc_per_node 4 other.py": "it launches other.py, not train.py",
    "accelerate launch --config_file nowhere.yaml train.py": "its config file nowhere.yaml is not there",
    "accelerate launch --config_file train.py train.py": "train.py is no Accelerate config: it is neither YAML nor JSON",
    "run.sh": "--launched-by names run.sh, which is not there",
}


@pytest.mark.parametrize("command", WRONG)
def test_a_command_that_cannot_be_meant_is_one_clear_line(command: str, raylift: Raylift, here: Path) -> None:
    before = (here / "train.py").read_bytes()
    run = raylift("rewrite", "train.py", "--launched-by", command)
    assert run.code == 2
    assert WRONG[command] in run.err
    assert (here / "train.py").read_bytes() == before


def test_an_fsdp_config_becomes_a_plugin(raylift: Raylift, here: Path) -> None:
    command = "accelerate launch --config_file fsdp.yaml train.py"
    raylift("rewrite", "train.py", "--inline-accelerate-config", "--launched-by", command)
    code = " ".join((here / "train.py").read_text().split())
    assert (
        'Accelerator( mixed_precision="bf16", fsdp_plugin=FullyShardedDataParallelPlugin( auto_wrap_policy="transformer_based_wrap", '
        'sharding_strategy="FULL_SHARD", transformer_cls_names_to_wrap=["BertLayer"], use_orig_params=True, sync_module_states=True, cpu_ram_efficient_loading=True, ), )'
    ) in code
    assert "from accelerate.utils import FullyShardedDataParallelPlugin" in code
    assert "accelerate_config" not in code


def test_a_deepspeed_file_becomes_a_plugin(raylift: Raylift, here: Path) -> None:
    command = "accelerate launch --config_file ds.yaml train.py"
    raylift("rewrite", "train.py", "--inline-accelerate-config", "--launched-by", command)
    code = " ".join((here / "train.py").read_text().split())
    config = '{"zero_optimization": {"stage": 3}, "train_batch_size": "auto"}'
    assert f"deepspeed_plugin=DeepSpeedPlugin(hf_ds_config={config})" in code.replace("( ", "(").replace(", )", ")")


def test_stock_ray_is_given_the_config_in_the_script(raylift: Raylift, here: Path) -> None:
    raylift("rewrite", "train.py", "--runtime", "ray", "--launched-by", "accelerate launch --mixed_precision bf16 train.py")
    assert 'Accelerator(mixed_precision="bf16")' in (here / "train.py").read_text()


def test_a_trainer_s_sharding_is_not_lost_without_a_word(raylift: Raylift, here: Path) -> None:
    shutil.copy(Path(__file__).parents[3] / "fixtures/scripts/hf_trainer/flat/before.py", here / "train.py")
    launch = "accelerate launch --use_deepspeed --zero_stage 2 train.py"
    stock = raylift("rewrite", "train.py", "--runtime", "ray", "--launched-by", launch)
    assert (stock.code, "RL316" in stock.out + stock.err) == (1, True)
    raylift("rewrite", "train.py", "--launched-by", launch)
    assert 'accelerate_config={"use_deepspeed": True, "zero_stage": 2}' in (here / "train.py").read_text()


def test_what_a_trainer_s_launcher_said_about_precision_is_told_where_it_cannot_be_written(raylift: Raylift, here: Path) -> None:
    shutil.copy(Path(__file__).parents[3] / "fixtures/scripts/hf_trainer/flat/before.py", here / "train.py")
    launch = "accelerate launch --mixed_precision bf16 train.py"
    stock = raylift("check", "train.py", "--runtime", "ray", "--launched-by", launch)
    assert "a Trainer makes its Accelerator itself" in stock.out + stock.err


def test_inlining_needs_a_command(raylift: Raylift) -> None:
    run = raylift("rewrite", "train.py", "--inline-accelerate-config")
    assert (run.code, "--launched-by" in run.err) == (2, True)
