"""What the project's own files say about the launch of a script is hinted at, and never run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.launch_commands.launch_hints import launch_hint

SCRIPT = "from transformers import Trainer\n\ntrainer = Trainer(1)\ntrainer.train()\n"


@pytest.mark.parametrize(
    ("script", "name", "text"),
    [
        ("train.py", "launch.sh", "#!/bin/bash\ntorchrun --nproc_per_node 4 train.py --lr 1\n"),
        ("src/train.py", "run.sbatch", "#SBATCH --nodes 1\ntorchrun --nproc_per_node 4 src/train.py\n"),
        ("pkg/train.py", "scripts/launch.sh", "torchrun --nproc_per_node=4 -m pkg.train\n"),
        ("src/pkg/train.py", "launch.sh", "cd src && accelerate launch --num_processes 4 pkg/train.py\n"),
        ("train.py", "Makefile", "train: data\n\t@torchrun --nproc_per_node 4 \\\n\t\ttrain.py\n"),
        ("train.py", "README.md", "# Train\n\n```bash\ntorchrun --nproc_per_node 4 train.py\n```\n\nDone.\n"),
        ("examples/train.py", "examples/README.md", "```\ntorchrun --nproc_per_node 4 train.py\n```\n"),
    ],
)
def test_a_launch_in_a_file_of_the_project_is_hinted_at(tmp_path: Path, script: str, name: str, text: str) -> None:
    for path, content in {"pyproject.toml": "", script: SCRIPT, name: text}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    given = name if name.endswith(("sh", "sbatch")) else "with its command"
    assert launch_hint(str(tmp_path / script)) == f"{name} launches it with 4 processes: --launched-by {given} takes that over"


@pytest.mark.parametrize(
    "text",
    [
        "torchrun --nproc_per_node 4 other.py\n",
        "torchrun --nproc_per_node $N train.py\n",
        "python train.py\n",
        "torchrun --nproc_per_node 4 train.py\ntorchrun --nproc_per_node 8 train.py\n",
        "echo 'unfinished\n",
    ],
)
def test_what_says_nothing_certain_is_no_hint(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "launch.sh").write_text(text)
    assert launch_hint(str(tmp_path / "train.py")) == ""


def test_a_hint_is_told_where_the_user_says_no_number(tmp_path: Path, raylift: Raylift) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "launch.sh").write_text("touch launched; torchrun --nproc_per_node 4 train.py\n")
    told = "RL125 launch.sh launches it with 4 processes: --launched-by launch.sh takes that over"
    assert told in raylift("check", tmp_path).out
    assert told in raylift("check", tmp_path / "train.py").out
    assert "RL125" not in raylift("check", "-n", "2", tmp_path / "train.py").out
    assert not (tmp_path / "launched").exists()


@pytest.mark.parametrize(
    ("config", "processes"),
    [("distributed_type: DEEPSPEED\nnum_processes: 4\n", 4), ("distributed_type: TPU\nnum_processes: 4\n", 0), (None, 0)],
)
def test_the_number_of_processes_may_stand_in_the_config_that_a_launch_names(
    tmp_path: Path, config: str | None, processes: int
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "launch.sh").write_text("accelerate launch --config_file zero.yaml train.py\n")
    if config is not None:
        (tmp_path / "zero.yaml").write_text(config)
    hint = launch_hint(str(tmp_path / "train.py"))
    assert hint.startswith(f"launch.sh launches it with {processes} processes: ") if processes else hint == ""


def test_launches_with_different_configs_are_named_and_left_to_the_reader(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    for kind in ("fsdp", "zero", "plain"):
        (tmp_path / f"{kind}.yaml").write_text("num_processes: 4\n")
        (tmp_path / f"run_{kind}.sh").write_text(f"accelerate launch --config_file {kind}.yaml train.py\n")
    hint = launch_hint(str(tmp_path / "train.py"))
    assert hint.startswith("run_fsdp.sh, run_plain.sh and 1 more launch it in several ways: --launched-by with the command")
