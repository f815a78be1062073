"""What reporting costs: this runtime beside stock Ray Train's callback and plain torchrun, in the same run on this machine.

python tools/bench_runtime.py [--megabytes 500] [--repeat 1] [--steps-only | --data-only]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import datasets
import numpy

ROOT = Path(__file__).parents[1]
ATTEMPTS = 3  # stock Ray's callback reads folders that are still being written, and fails at times
NOTE = {"stock": " (none of them reported)"}
SOME_ROWS, TOKENS = 20_000, 128  # 20 MB, and 205 MB
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]


def timed(runtime: str, what: str, megabytes: int) -> list[dict[str, Any]]:
    """What each of two ranks measured."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"PYTHONPATH": str(ROOT), "HF_TIMED_BYTES": str(megabytes << 20), "ACCELERATE_USE_CPU": "true"}
        launcher = TORCHRUN if runtime == "torchrun" else []
        command = [sys.executable, *launcher, str(ROOT / "tools/timed_training.py"), runtime, what]
        for attempt in range(ATTEMPTS):
            ended = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True)
            if ended.returncode == 0:
                break
            print(f"{runtime} failed at attempt {attempt + 1}: {ended.stderr.strip().splitlines()[-1]}", flush=True)
        return [json.loads((Path(folder) / f"timed-{rank}.json").read_text()) for rank in (0, 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=1, help="how often each runs, in turn")
    parser.add_argument("--steps-only", action="store_true")
    parser.add_argument("--data-only", action="store_true")
    options = parser.parse_args()
    if not options.steps_only:
        data(options.repeat)
    if options.data_only:
        return
    if not options.steps_only:
        print(f"{options.megabytes} MB of weights, two workers")
        for runtime in ("stock", "ours"):
            checkpoints(runtime, options.megabytes, options.repeat)
    steps(options.repeat)


def data(repeat: int) -> None:
    """Prints what a loop's data cost where it reads them itself, where they are handed over, and in stock Ray's words; ten times more, too."""
    for rows in (SOME_ROWS, 10 * SOME_ROWS):
        measured: dict[str, list[dict[str, float]]] = {"own": [], "ours": [], "stock": []}
        with tempfile.TemporaryDirectory() as folder:
            datasets.disable_progress_bars()
            tokens = numpy.random.default_rng(1).integers(0, 50, (rows, TOKENS))
            datasets.Dataset.from_dict({"input_ids": tokens}).save_to_disk(f"{folder}/data")
            for kind in list(measured) * repeat:
                command = [sys.executable, str(ROOT / "tools/timed_data.py"), kind, folder]
                subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
                ranks = [json.loads((Path(folder) / f"timed-{rank}.json").read_text()) for rank in (0, 1)]
                measured[kind].append({name: max(rank[name] for rank in ranks) for name in ranks[0]})
        for kind, runs in measured.items():
            found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            beside = {
                name: found[name] / statistics.median(run[name] for run in measured["own"])
                for name in ("step", "processor", "start")
            }
            print(
                f"{kind:9} {rows} rows of {8 * TOKENS} bytes: step {found['step']:.2f} ms ({found['processor']:.2f} ms of a processor), {found['steps']:.0f} steps, "
                f"first step after {found['start']:.1f} s, {found['own']:.0f} MB of its own a worker; "
                + ", ".join(f"{name} {ratio:.2f}" for name, ratio in beside.items())
                + " times the script's own DataLoader",
                flush=True,
            )


def checkpoints(runtime: str, megabytes: int, repeat: int) -> None:
    """Prints what a checkpoint costs."""
    runs = [timed(runtime, "checkpoints", megabytes) for _ in range(repeat)]
    saves = [list(zip(*(rank["saves"] for rank in ranks), strict=True)) for ranks in runs]
    blocked = statistics.median(save[0][0] for run in saves for save in run)  # rank 0 has written, and comes last
    written = statistics.median(sum(size for _, size in save) for run in saves for save in run)
    first = statistics.median(max(rank["first_step"] for rank in ranks) for ranks in runs)
    print(
        f"{runtime:9} checkpoint: blocked {blocked:6.2f} s, wrote {written / 2**20:7.0f} MB; fit() to first step {first:5.1f} s",
        flush=True,
    )


def steps(repeat: int) -> None:
    """Prints what a step costs that logs, by the clock and by what all processes of a run compute: the latter bears a busy machine."""
    measured: dict[str, list[tuple[float, float]]] = {"torchrun": [], "stock": [], "ours": []}
    for _ in range(repeat):
        for runtime in measured:
            ranks = timed(runtime, "steps", 0)
            measured[runtime].append((max(rank["step"] for rank in ranks), max(rank["cpu"] for rank in ranks)))
    for runtime, pairs in measured.items():
        wall, cpu = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
        ratios = [
            [ours / theirs for ours, theirs in zip(*both, strict=True)] for both in zip(pairs, measured["torchrun"], strict=True)
        ]
        beside = "; ".join(
            f"{what} {min(each):.3f} to {max(each):.3f} times torchrun's"
            for what, each in zip(("wall", "CPU"), zip(*ratios, strict=True), strict=True)
        )
        print(f"{runtime:9} step with a log each{NOTE.get(runtime, '')}: {wall:.2f} ms, CPU {cpu:.2f} ms; {beside}", flush=True)


if __name__ == "__main__":
    main()
