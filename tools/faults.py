"""Kills workers at random places of a training, and asks whether it still ends with the weights of an undisturbed one.

    python tools/faults.py --kills 20 --per-run 5 --seed 0 --kind trainer
    python tools/faults.py --kills 10 --per-run 5 --seed 0 --kind accelerate --sharded
    python tools/faults.py --early --kind looks only-model stream named
    python tools/faults.py --kind stream --steps 12 --plan 2:1:step,4:0:saving --weights 6e5d88d09d13

`accelerate` is an ordinary loop as the codemod lifts it with `--resumable`, `named` one that saves states which Accelerate names. The other
kinds are Trainers: one that looks for its newest checkpoint itself (`looks`), one that saves the model alone, one that passes a stream
many times. `--early` is one short run that dies five times, before its first report, in each rank's save, and after a save; without `--kind` of
each kind that could go on from too little. `--plan` names the deaths (see tests/runtime/dying.py), and `--weights` what an undisturbed run
has ended with, where each run is to be a short one. Prints one line per run and ends with status 1 if any run ended otherwise.
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
sys.path.insert(0, str(ROOT))

from tests.fidelity.local_cluster import local_cluster  # noqa: E402  # found by the line above
from tests.runtime import dying  # noqa: E402

STEPS, SAVE_STEPS = 40, 4
ORDER = ("saving", "save", "upload", "step")  # in which a run meets them
PLAIN = ROOT / "tests/runtime/plain_loop.py"
LIFT = [sys.executable, "-m", "raylift", "rewrite", "--resumable", "--num-workers", "2", "--no-use-gpu", str(PLAIN), "-o"]
TRAINER, LOOP = (str(ROOT / "tests/runtime/faulty.py"),), ("lifted.py",)
COMMANDS = {
    "trainer": TRAINER,
    "looks": (*TRAINER, "--looks"),
    "only-model": (*TRAINER, "--only-model"),
    "stream": (*TRAINER, "--stream"),
    "accelerate": LOOP,
    "named": (*LOOP, "--named"),
}
EARLY_STEPS = 12
# What somebody who wants retries adds to the lifted script.
RETRIES = "run_config=RunConfig(failure_config=FailureConfig(max_failures=-1)),\n        scaling_config="


def plan(generator: random.Random, kills: int) -> str:
    """Random deaths in the order in which a run meets them: after each one it goes on from an earlier checkpoint."""
    deaths = []
    for step in generator.sample(range(1, STEPS), kills):
        where = generator.choice(["step", "saving", "save", "upload"])
        if where != "step":
            step = -(-step // SAVE_STEPS) * SAVE_STEPS
        deaths.append((step, ORDER.index(where), generator.randrange(2)))
    return ",".join(f"{step}:{rank}:{ORDER[where]}" for step, where, rank in sorted(deaths))


def lift(folder: str) -> None:
    """The ordinary loop as the codemod lifts it, with retries."""
    script = Path(folder) / "lifted.py"
    subprocess.run([*LIFT, str(script)], check=True, capture_output=True)
    lifted = script.read_text()
    assert lifted.count("resumable(range(") == lifted.count("scaling_config=") == 1
    lifted = lifted.replace("scaling_config=", RETRIES).replace(
        "import ScalingConfig", "import FailureConfig, RunConfig, ScalingConfig"
    )
    script.write_text(lifted)


def train(kind: str, kills: str, steps: int, is_sharded: bool, cluster: str) -> tuple[str, int, float]:
    """A hash of the final weights, or the end of the error; the number of deaths, and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        is_loop = COMMANDS[kind][:1] == LOOP
        if is_loop:
            lift(folder)
        length = ["--epochs", str(steps // SAVE_STEPS)] if is_loop else ["--steps", str(steps)]
        own = {
            "PYTHONPATH": str(ROOT),
            "RAYLIFT_STORAGE_PATH": f"{folder}/storage",
            "RAY_ADDRESS": cluster,
            "RAY_AUTH_MODE": "token",
        }
        command = [sys.executable, *COMMANDS[kind], *length, "--kills", kills, *(["--sharded"] if is_sharded else [])]
        started = time.monotonic()
        ended = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True)
        died, seconds = len(list(Path(folder).glob("died-*"))), time.monotonic() - started
        if ended.returncode:
            return ended.stderr[-2000:], died, seconds
        (weights,) = (Path(folder) / "final").glob("model.*")
        return hashlib.sha256(weights.read_bytes()).hexdigest(), died, seconds


def disturb(kind: str, plans: list[str], steps: int, is_sharded: bool, cluster: str, known: str) -> bool:
    """Whether every run that dies as planned ends with the weights of the undisturbed one; prints a line for each."""
    expected, _, seconds = (known, 0, 0.0) if known else train(kind, "", steps, is_sharded, cluster)
    print(f"{kind} undisturbed {expected[:12]} in {seconds:.0f} s", flush=True)
    died, right = 0, 0
    for deaths in plans:
        weights, count, seconds = train(kind, deaths, steps, is_sharded, cluster)
        died, right = died + count, right + weights.startswith(expected)
        result = "same" if weights.startswith(expected) else f"OTHER {weights}"
        print(f"{result} after {count} deaths ({deaths}) in {seconds:.0f} s", flush=True)
    print(
        f"{kind}: {died} deaths in {len(plans)} runs, {right} of which ended with the weights of the undisturbed one", flush=True
    )
    return right == len(plans)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--per-run", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=COMMANDS, nargs="+")
    parser.add_argument("--sharded", action="store_true", help="each rank holds and keeps its own part of the optimizer's state")
    parser.add_argument("--early", action="store_true", help="one short run, which dies before and around its first checkpoint")
    parser.add_argument("--plan", help="these deaths instead of random ones")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--weights", default="", help="the hash that an undisturbed run has printed, which is then not run again")
    options = parser.parse_args()
    is_right, steps = True, options.steps or (EARLY_STEPS if options.early else STEPS)
    with local_cluster() as cluster:
        for kind in options.kind or (["named", "stream", "only-model", "looks"] if options.early else ["trainer"]):
            generator = random.Random(options.seed)
            plans = [plan(generator, options.per_run) for _ in range(-(-options.kills // options.per_run))]
            if options.early:
                plans = [dying.EARLY_ONE if kind == "only-model" else dying.EARLY]
            if options.plan:
                plans = [options.plan]
            is_right &= disturb(kind, plans, steps, options.sharded, cluster, options.weights)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
