"""A launch command tells how many workers train on what, with which arguments and which Accelerate config."""

from __future__ import annotations

import pytest

from raylift.launch_commands.from_text import Launch, LaunchError, launch_in, launches_in


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "accelerate launch --config_file f.yaml --num_processes 8 train.py --lr 1e-4",
            Launch("train.py", ("--lr", "1e-4"), 8, None, "f.yaml"),
        ),
        ("torchrun --nproc_per_node 4 train.py --a b", Launch("train.py", ("--a", "b"), 4)),
        ("torchrun --nproc-per-node=4 --standalone src/train.py", Launch("src/train.py", (), 4)),
        ("torchrun train.py", Launch("train.py", (), 1)),
        ("python -m torch.distributed.run --nproc_per_node=2 train.py", Launch("train.py", (), 2)),
        ("python3.11 -u -m torch.distributed.launch --use_env --nproc_per_node=2 train.py x", Launch("train.py", ("x",), 2)),
        ("deepspeed --num_gpus 8 --no_local_rank train.py --deepspeed ds.json", Launch("train.py", ("--deepspeed", "ds.json"), 8, True)),
        ("deepspeed --no_local_rank --include localhost:0,2,3 train.py", Launch("train.py", (), 3, True)),
        ("deepspeed --no_local_rank train.py", Launch("train.py", (), None, True)),
        ("accelerate launch train.py", Launch("train.py")),
        ("accelerate launch --cpu --num_processes=2 train.py", Launch("train.py", (), 2, False)),
        ("accelerate launch --multi_gpu --num_processes 2 --num_machines 1 train.py", Launch("train.py", (), 2, True)),
        ("accelerate-launch --gpu_ids 0,1,3 train.py", Launch("train.py", (), 3, True)),
        ("accelerate launch -m pkg.train --lr 1", Launch("pkg/train.py", ("--lr", "1"))),
        (
            "accelerate launch --mixed_precision bf16 --use_deepspeed --zero_stage 3 --gradient_clipping 1.0 --main_process_port 0 t.py",
            Launch(
                "t.py",
                accelerate_config={"mixed_precision": "bf16", "use_deepspeed": True, "zero_stage": 3, "gradient_clipping": 1.0},
            ),
        ),
        (
            "accelerate launch --config-file f.yaml --mixed-precision fp16 --num_processes 2 t.py",
            Launch("t.py", (), 2, None, {"config_file": "f.yaml", "mixed_precision": "fp16"}),
        ),
        ("/opt/env/bin/torchrun --nproc_per_node 2 /data/train.py", Launch("/data/train.py", (), 2)),
        ("uv run --with x torchrun --nproc_per_node 2 train.py", Launch("train.py", (), 2)),
        ("python -u train.py --x", Launch("train.py", ("--x",), 1)),
        ("WANDB_MODE=offline torchrun train.py 'a b'", Launch("train.py", ("a b",), 1, environment={"WANDB_MODE": "offline"})),
        ("env TOKEN=t MASTER_PORT=1 torchrun train.py", Launch("train.py", (), 1, environment={"TOKEN": "t"})),
    ],
)  # fmt: skip
def test_a_command_is_understood(command: str, expected: Launch) -> None:
    assert launch_in(command) == expected


@pytest.mark.parametrize(
    ("command", "workers", "use_gpu", "notice"),
    [
        ("torchrun --nproc_per_node 4 --nnodes 2 train.py", 8, None, "2 nodes"),
        ("torchrun --nproc_per_node 4 --nnodes 1:3 train.py", 12, None, "elastic"),
        ("torchrun --nproc_per_node gpu train.py", None, True, "--nproc_per_node gpu"),
        ("torchrun --nproc_per_node $NGPU train.py", None, None, "--nproc_per_node $NGPU"),
        ("torchrun --max_restarts 3 train.py", 1, None, "FailureConfig(max_failures=3)"),
        ("python -m torch.distributed.launch --nproc_per_node 2 train.py", 2, None, "--local_rank"),
        ("deepspeed --num_gpus 2 train.py", 2, True, "--local_rank"),
        ("deepspeed --no_local_rank --num_gpus 2 --num_nodes 3 train.py", 6, True, "3 nodes"),
        ("CUDA_VISIBLE_DEVICES=0,1,2 accelerate launch train.py", 3, True, "CUDA_VISIBLE_DEVICES=0,1,2"),
        ("CUDA_VISIBLE_DEVICES= torchrun train.py", 1, False, "CUDA_VISIBLE_DEVICES="),
    ],
)
def test_what_needs_a_word_gets_one(command: str, workers: int | None, use_gpu: bool | None, notice: str) -> None:
    launch = launch_in(command)
    assert (launch.num_workers, launch.use_gpu, len(launch.notices)) == (workers, use_gpu, 1)
    assert notice in launch.notices[0]


BATCH = r"""#!/bin/bash
#SBATCH --job-name=tune   # it's a name
#SBATCH --nodes=2
#SBATCH --gres=gpu:a100:4
set -euo pipefail
source ~/env/bin/activate
pip install deepspeed
echo "starting torchrun on $(hostname)"
export GPUS_PER_NODE=4 OMP_NUM_THREADS=8
NNODES=$SLURM_NNODES
WORLD=$((GPUS_PER_NODE * NNODES))
OUT=${OUT:-runs/first}
cat <<EOF > note.txt
don't read this; torchrun other.py
EOF
ARGS=(
    --lr 1e-4
    --out "$OUT/a b"
)
ARGS+=(--bf16)
srun --ntasks-per-node=1 accelerate launch \
    --config_file configs/fsdp.yaml \
    --num_processes $WORLD --num_machines ${NNODES} \
    --main_process_ip $(scontrol show hostnames | head -n 1) \
    train.py "${ARGS[@]}" "$@" > log.txt 2>&1
"""


def test_a_batch_script_is_read_to_its_launch() -> None:
    launch = launch_in(BATCH)
    assert launch.script == "train.py"
    assert launch.script_arguments == ("--lr", "1e-4", "--out", "runs/first/a b", "--bf16")
    assert launch.num_workers == 8
    assert launch.accelerate_config == "configs/fsdp.yaml"
    assert launch.notices == ("2 nodes: run the script where a Ray cluster of that many nodes can be reached (RAY_ADDRESS)",)


def test_a_launcher_kept_in_variables_and_given_to_bash_is_read() -> None:
    script = """
    export LAUNCHER="python -u -m torch.distributed.run \\
        --nproc_per_node $GPUS_PER_NODE --nnodes $SLURM_NNODES --rdzv_backend c10d"
    CMD=" train.py --lr 1e-3 "
    srun --jobid $SLURM_JOBID bash -c "$LAUNCHER --node_rank \\$SLURM_PROCID $CMD" 2>&1 | tee log
    """
    launch = launch_in("#SBATCH -N 3\nGPUS_PER_NODE=2\n" + script)
    assert (launch.script, launch.script_arguments, launch.num_workers) == ("train.py", ("--lr", "1e-3"), 6)


def test_the_launch_of_the_script_that_is_lifted_is_taken() -> None:
    text = "python prepare.py\ntorchrun --nproc_per_node 2 train.py\ntorchrun --nproc_per_node 4 evaluate.py\n"
    assert launch_in(text, "src/train.py").num_workers == 2
    assert launch_in(text, "evaluate.py").num_workers == 4
    with pytest.raises(LaunchError, match=r"^it launches train\.py, evaluate\.py, not tune\.py$"):
        launch_in(text, "tune.py")
    with pytest.raises(LaunchError, match="in 2 ways"):
        launch_in(text)


def test_plain_python_counts_where_nothing_else_launches() -> None:
    assert [launch.script for launch in launches_in("python a.py && python -m pip list; python -c 'import b'")] == ["a.py"]
    assert [launch.script for launch in launches_in("python a.py\ntorchrun b.py")] == ["b.py"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "no launch command"),
        ("make train", "no launch command"),
        ("echo torchrun train.py", "no launch command"),
        ("torchrun --nproc_per_node 2 --standalone", "torchrun is given no script"),
        ("torchrun --standalone --nproc_per_node", "--nproc_per_node is given no value"),
        ("torchrun --nproc_per_node 2 train.sh", "'train.sh', which is no Python script"),
        ("accelerate launch --num_processes many train.py", "--num_processes many is no number"),
        ("accelerate launch --tpu --num_processes 8 train.py", "trains on TPUs"),
        ("accelerate launch --cpu --use_deepspeed train.py", "takes one of --cpu, --use_deepspeed at a time"),
        ("torchrun 'train.py", "a ' is never closed"),
        ("torchrun \"train.py", 'a " is never closed'),
        ("torchrun train.py $(date", "never closed"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_one_line(command: str, message: str) -> None:
    with pytest.raises(LaunchError) as error:
        launch_in(command)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_replaces_the_command_keeps_arguments_and_variables() -> None:
    launch = launch_in("WANDB_NAME='my run' CUDA_VISIBLE_DEVICES=0 torchrun train.py --out 'a b'")
    assert launch.replacement == "WANDB_NAME='my run' python train.py --out 'a b'"


def test_the_mixed_precision_of_the_command_is_known() -> None:
    assert launch_in("accelerate launch --fp16 t.py").mixed_precision == "fp16"
    assert launch_in("accelerate launch --mixed_precision bf16 t.py").mixed_precision == "bf16"
    assert launch_in("accelerate launch --config_file f.yaml t.py").mixed_precision is None
