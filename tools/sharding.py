"""Trains with every kind of sharding, under `accelerate launch` and on Ray's workers, one of which is killed, and prints a table.

    python tools/sharding.py              # on two CPU processes: DeepSpeed shards, FSDP is refused
    python tools/sharding.py --gpus 2     # on two GPUs, over NCCL and in bf16

Needs DeepSpeed. Ends with status 1 if anything but FSDP on CPUs is another training on Ray than under `accelerate launch`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("sharded_training.py")
WHOLE = {
    "compute_environment": "LOCAL_MACHINE",
    "debug": False,
    "machine_rank": 0,
    "num_machines": 1,
    "main_training_function": "main",
}
FSDP = {"fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP", "fsdp_transformer_layer_cls_to_wrap": "GPT2Block"}
SIZES = {"gradient_accumulation_steps": 2, "gradient_clipping": 0.5, "zero3_save_16bit_model": True}
KINDS = {
    **{f"ZeRO {stage}": {"distributed_type": "DEEPSPEED", "deepspeed_config": {"zero_stage": stage, **SIZES}} for stage in (1, 2, 3)},
    "FSDP 1": {"distributed_type": "FSDP", "fsdp_config": {"fsdp_version": 1, "fsdp_state_dict_type": "SHARDED_STATE_DICT", **FSDP}},
    "FSDP 2": {"distributed_type": "FSDP", "fsdp_config": {"fsdp_version": 2, **FSDP}},
}  # fmt: skip
DEATHS = {"loop": "9:1:step", "trainer": "5:1:step"}
REFUSED = "was asked for, and Accelerate shards with it on GPUs only"


class Trained(NamedTuple):
    """What a training came to: how, every rank's losses by their steps, the weights; or how it failed."""

    how: str
    losses: tuple[frozenset[str], ...] = ()
    weights: str = ""
    failed: str = ""


def run(folder: Path, command: list[str], processes: int, **environment: str) -> Trained:
    """One training in a folder of its own."""
    own = {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    given = {**os.environ, **own, "RAYLIFT_STORAGE_PATH": str(folder / "storage"), **environment}
    ended = subprocess.run([sys.executable, *command], cwd=folder, env=given, capture_output=True, text=True)
    if not (folder / "weights").exists():
        said = ended.stdout + ended.stderr
        return Trained("refused" if REFUSED in said else "failed", failed=said[-3000:])
    losses = tuple(frozenset((folder / f"losses-{rank}").read_text().splitlines()) for rank in range(processes))
    return Trained((folder / "trained-0").read_text().splitlines()[-1], losses, (folder / "weights").read_text())


def compare(kind: str, training: str, options: argparse.Namespace) -> tuple[str, bool]:
    """A row of the table, and whether it is as it should be."""
    processes = options.gpus or 2
    config = {**WHOLE, **KINDS[kind], "num_processes": processes, "mixed_precision": "bf16" if options.gpus else "no"}
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place, name) for name in ("launched", "on_ray")]
        for folder in folders:
            folder.mkdir()
            (folder / "config.yaml").write_text(json.dumps(config))
        on_ray = {"RAYLIFT_NUM_WORKERS": str(processes), "RAYLIFT_USE_GPU": str(int(bool(options.gpus)))}
        command = [str(SCRIPT), training, "config.yaml"]
        after = run(folders[1], [*command, "--deaths", DEATHS[training]], processes, **on_ray)
        if after.how == "refused":
            return f"| {kind} | {training} | - | refused | - | - | 0 |", not options.gpus
        launch = ["-m", "accelerate.commands.launch", "--config_file", "config.yaml"]
        before = run(folders[0], [*launch, *command, "--plain"], processes)
        died = len(list(folders[1].glob("died-*")))
    for name, trained in (("accelerate launch", before), ("Ray", after)):
        print(f"{kind}, {training}, {name}: {trained.failed}" if trained.failed else "", end="", file=sys.stderr)
    same = [before.losses == after.losses, before.weights == after.weights]
    is_right = bool(before.losses) and before.how == after.how and all(same) and died == 1
    words = " | ".join("the same" if each and before.losses else "OTHER" for each in same)
    return f"| {kind} | {training} | {before.how} | {after.how} | {words} | {died} |", is_right


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpus", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    print("| sharding | training | accelerate launch: type, precision, processes | Ray | losses | weights | workers killed |")
    print("| --- | --- | --- | --- | --- | --- | ---: |", flush=True)
    rows = []
    for kind in options.kinds:
        for training in DEATHS:
            row, is_right = compare(kind, training, options)
            print(row, flush=True)
            rows.append(is_right)
    return 0 if all(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
