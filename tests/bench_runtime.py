"""What reporting costs: this runtime beside stock Ray Train's callback and plain torchrun, in the same run on this machine.

python tests/bench_runtime.py [--megabytes 500] [--repeat 1]
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

ROOT = Path(__file__).parents[1]
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]


def timed(runtime: str, what: str, megabytes: int) -> list[dict[str, Any]]:
    """What each of two ranks measured."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"PYTHONPATH": str(ROOT), "HF_TIMED_BYTES": str(megabytes << 20), "ACCELERATE_USE_CPU": "true"}
        launcher = TORCHRUN if runtime == "torchrun" else []
        command = [sys.executable, *launcher, str(ROOT / "tests/runtime/timed.py"), runtime, what]
        subprocess.run(command, cwd=folder, env={**os.environ, **own}, check=True, capture_output=True)
        return [json.loads((Path(folder) / f"timed-{rank}.json").read_text()) for rank in (0, 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    print(f"{options.megabytes} MB of weights, two workers")
    for runtime in ("stock", "ours"):
        runs = [timed(runtime, "checkpoints", options.megabytes) for _ in range(options.repeat)]
        saves = [list(zip(*(rank["saves"] for rank in ranks), strict=True)) for ranks in runs]
        blocked = statistics.median(max(seconds for seconds, _ in save) for run in saves for save in run)
        written = statistics.median(sum(size for _, size in save) for run in saves for save in run)
        first = statistics.median(max(rank["first_step"] for rank in ranks) for ranks in runs)
        print(
            f"{runtime:9} checkpoint: blocked {blocked:6.2f} s, wrote {written / 2**20:7.0f} MB; fit() to first step {first:5.1f} s",
            flush=True,
        )
    steps = {"torchrun": [], "ours": []}  # type: dict[str, list[float]]
    for _ in range(options.repeat):
        for runtime in steps:
            steps[runtime].append(max(rank["step"] for rank in timed(runtime, "steps", 0)))
    for runtime, seconds in steps.items():
        print(f"{runtime:9} step with a log each: {1000 * statistics.median(seconds):.3f} ms")


if __name__ == "__main__":
    main()
