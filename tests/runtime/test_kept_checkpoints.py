"""Of a run that keeps few checkpoints and uploads them in the background, the newest and the best are there at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.conftest import script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]

# The sixth step is the best one. After the ninth, rank 0's machine is lost with everything that it has written.
CODE = """
import json, os, shutil, signal, time
from pathlib import Path
from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny
from transformers import TrainerCallback

def is_kept(step):
    "Whether Ray has taken the report with the checkpoint of this step."
    run = Path("storage/r")
    try:
        kept = (run / "checkpoint_manager_snapshot.json").read_text()
    except FileNotFoundError:  # Ray has not written it yet, or is writing it anew
        return False
    states = [path / "checkpoint/trainer_state.json" for path in run.glob("checkpoint_2*") if path.name in kept]
    return any(json.loads(state.read_text())["global_step"] == step for state in states)

class LoseMachine(TrainerCallback):
    def on_step_begin(self, args, state, control, **_):
        if state.global_step == 10 and os.environ["RANK"] == "0" and not os.path.exists("lost"):
            while not is_kept(9):
                time.sleep(0.1)
            Path("lost").touch()
            shutil.rmtree("out")
            os.kill(os.getpid(), signal.SIGKILL)

def train_func():
    trainer = tiny.trainer(
        "out", max_steps=12, save_steps=3, eval_strategy="steps", eval_steps=3, load_best_model_at_end=True,
        metric_for_best_model="score", greater_is_better=True,
    )
    trainer.compute_metrics = lambda _: {"score": {6: 0.9}.get(trainer.state.global_step, 0.1)}
    trainer.add_callback(LoseMachine())
    trainer.add_callback(RayTrainReportCallback(is_async=True))
    trainer = prepare_trainer(trainer)
    trainer.train()
    trainer.save_model("final")

if __name__ == "__main__":
    run = RunConfig(
        name="r", failure_config=FailureConfig(max_failures=1), checkpoint_config=CheckpointConfig(num_to_keep=1),
    )
    result = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=run).fit()
    best = result.get_best_checkpoint("eval_score", "max")
    shown = [result.metrics, [metrics for _, metrics in result.best_checkpoints], list(result.metrics_dataframe)]
    print("RESULT", json.dumps([result.checkpoint.path, best.path, shown]))
"""


@dataclass(frozen=True)
class Kept:
    folder: Path
    newest: Path
    best: Path
    shown: str


@pytest.fixture(scope="module")
def kept(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    ended = script_runner(folder, warm)(CODE, RAY_ADDRESS=cluster)
    newest, best, shown = json.loads(ended.stdout.split("RESULT ")[1].splitlines()[0])
    assert (folder / "lost").exists()
    return Kept(folder, Path(newest), Path(best), json.dumps(shown))


def step_of(checkpoint: Path) -> Any:
    return json.loads((checkpoint / "checkpoint/trainer_state.json").read_text())["global_step"]


def test_the_newest_and_the_best_checkpoint_are_kept_and_in_the_result(kept: Kept) -> None:
    assert (step_of(kept.newest), step_of(kept.best)) == (12, 6)
    assert set((kept.folder / "storage/r").glob("checkpoint_2*")) == {kept.newest, kept.best}
    assert "raylift" not in kept.shown


def test_a_retry_on_a_machine_without_the_best_checkpoint_ends_with_its_weights(kept: Kept) -> None:
    best = (kept.best / "checkpoint/model.safetensors").read_bytes()
    assert (kept.folder / "final/model.safetensors").read_bytes() == best
    assert (kept.newest / "checkpoint/model.safetensors").read_bytes() != best


def test_checkpoints_that_were_uploaded_in_the_background_are_whole(kept: Kept) -> None:
    for checkpoint in (kept.newest, kept.best):
        for rank in (0, 1):
            files = json.loads((checkpoint / f"manifest-rank-{rank}.json").read_text())["files"]
            assert {file: (checkpoint / "checkpoint" / file).stat().st_size for file in files} == files
    assert list((kept.folder / "out").glob(".uploading-*")) == []
