"""Kills workers at random places of a training, and asks whether it still ends with the weights of an undisturbed one.

    python tests/faults.py --kills 20 --per-run 5 --seed 0

Prints one line per run and ends with status 1 if any run ended otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STEPS, SAVE_STEPS = 40, 4


def plan(generator: random.Random, kills: int) -> str:
    """Random deaths in the order in which a run meets them: after each one it goes on from an earlier checkpoint."""
    deaths = []
    for step in sorted(generator.sample(range(1, STEPS + 1), kills)):
        where = generator.choice(["step", "save", "upload"])
        if where != "step":
            step = min(-(-step // SAVE_STEPS) * SAVE_STEPS, STEPS)
        deaths.append((min(step, STEPS - (where == "step")), generator.randrange(2), where))
    return ",".join(f"{step}:{rank}:{where}" for step, rank, where in sorted(deaths))


def train(kills: str) -> tuple[str, int, float]:
    """Hashes of the final weights and of the logged losses, the number of deaths, and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAYLIFT_STORAGE_PATH": f"{folder}/storage"}
        command = [sys.executable, str(ROOT / "tests/runtime/faulty.py"), "--kills", kills, "--steps", str(STEPS)]
        started = time.monotonic()
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if ended.returncode:
            return ended.stderr[-2000:], len(list(Path(folder).glob("died-*"))), time.monotonic() - started
        weights = hashlib.sha256((Path(folder) / "final/model.safetensors").read_bytes()).hexdigest()
        return weights, len(list(Path(folder).glob("died-*"))), time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--per-run", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    expected, _, seconds = train("")
    print(f"undisturbed {expected[:12]} in {seconds:.0f} s", flush=True)
    died, right, runs = 0, 0, -(-options.kills // options.per_run)
    for _ in range(runs):
        deaths = plan(generator, options.per_run)
        weights, count, seconds = train(deaths)
        died, right = died + count, right + (weights == expected)
        print(
            f"{'same' if weights == expected else 'OTHER ' + weights} after {count} deaths ({deaths}) in {seconds:.0f} s",
            flush=True,
        )
    print(f"{died} deaths in {runs} runs, {right} of which ended with the weights of the undisturbed one")
    return 0 if right == runs else 1


if __name__ == "__main__":
    sys.exit(main())
