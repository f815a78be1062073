"""On two Ray workers a lifted script behaves as its original does under torchrun."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.runtime.conftest import RunScript
from tests.since import is_since, needs

pytestmark = [pytest.mark.slow, pytest.mark.ray]

TWO_WORKERS = """
import os, sys
from ray.train import FailureConfig, RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny
{top}
def train_func():
    {body}

if __name__ == "__main__":
    trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), {options})
    result = trainer.fit()
    {end}
"""

TRAINS = """trainer = tiny.trainer("out", max_steps=6, save_steps=3, eval_strategy="steps", eval_steps=3)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    trainer.save_model("final")"""


def script(body: str, top: str = "", options: str = "", end: str = "") -> str:
    return TWO_WORKERS.format(top=top, body=body, options=options, end=end)


def test_a_run_keeps_all_metrics_and_uploads_each_file_once(run_script: RunScript, cluster: str, tmp_path: Path) -> None:
    best = "print({'best': result.get_best_checkpoint('eval_loss', 'min').path})"
    ended = run_script(script(TRAINS, options="run_config=RunConfig(name='r')", end=best), RAY_ADDRESS=cluster)
    run = tmp_path / "storage" / "r"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 3, 4, 6, 6, 6]
    assert "train_runtime" in lines[-1]
    stored = sorted(run.glob("checkpoint_*/"))
    assert len(stored) == 2
    uploaded = [list(json.loads(file.read_text())["files"]) for file in sorted(stored[1].glob("manifest/*"))]
    assert uploaded[1] == ["rng_state_1.pth"]
    assert sorted(uploaded[0] + uploaded[1]) == sorted(path.name for path in (tmp_path / "out/checkpoint-6").iterdir())
    assert json.loads((stored[1] / "checkpoint/trainer_state.json").read_text())["global_step"] == 6
    assert (tmp_path / "final/model.safetensors").exists()
    by_loss = {line["eval_loss"]: path for line, path in zip([lines[1], lines[4]], stored, strict=True)}
    assert f"{{'best': '{by_loss[min(by_loss)]}'}}" in ended.stdout
    own = [line for line in ended.stdout.splitlines() if not line.startswith("{'")]
    assert own == [f"raylift: checkpoint of step {step} in {path}" for step, path in zip((3, 6), stored, strict=True)]
    assert [line for line in ended.stderr.splitlines() if not _is_of_the_libraries(line)] == []


# Two of them are transformers 4's; the last one is Ray's, which cannot be told a log level before 2.56.
OF_THE_LIBRARIES = ("Warning", "Writing model shards", "max_steps is given", "We strongly recommend", "Setting up process group")


def _is_of_the_libraries(line: str) -> bool:
    return line.startswith("  ") or any(words in line for words in OF_THE_LIBRARIES)


def test_a_worker_has_the_driver_s_arguments_folder_modules_and_settings(
    run_script: RunScript, cluster: str, tmp_path: Path
) -> None:
    (tmp_path / "beside.py").write_text("NAME = 'neighbour'")
    body = """import beside
    from ray.air import session
    assert [session.get_world_rank(), session.get_world_size()] == [int(os.environ["RANK"]), 2]
    place = [sys.argv[1:], os.getcwd(), beside.NAME, os.environ["HF_MADE_UP"], os.environ["ACCELERATE_USE_CPU"], os.environ["SET_ABOVE"]]
    with open("seen." + os.environ["RANK"], "w") as file:
        file.write(repr(place))"""
    run_script(script(body, top="os.environ['SET_ABOVE'] = '1'"), "--x", "1", RAY_ADDRESS=cluster, HF_MADE_UP="h")
    expected = repr([["--x", "1"], str(tmp_path), "neighbour", "h", "true", "1"])
    assert [(tmp_path / f"seen.{rank}").read_text() for rank in (0, 1)] == [expected, expected]


def test_a_script_that_sets_signal_and_exit_handlers_and_exits_with_zero_ends_well(run_script: RunScript, cluster: str) -> None:
    body = "import atexit, signal; signal.signal(signal.SIGTERM, signal.SIG_DFL); atexit.register(print, 'ended'); sys.exit(0)"
    ended = run_script(script(body, end="print('value', getattr(result, 'return_value', None))"), RAY_ADDRESS=cluster)
    assert "value None" in ended.stdout
    assert "ended\n" in ended.stdout
    assert "SIGTERM is not installed" in ended.stdout + ended.stderr


def test_a_script_that_exits_with_another_status_fails_with_it(run_script: RunScript, cluster: str) -> None:
    ended = run_script(script("sys.exit('no data')"), fails=True, RAY_ADDRESS=cluster)
    assert "the script ended with sys.exit('no data')" in ended.stderr


def test_a_function_that_cannot_be_found_by_name_travels_by_value(run_script: RunScript, cluster: str, tmp_path: Path) -> None:
    code = """
        from dataclasses import dataclass
        import sys, typing
        from ray.train import ScalingConfig
        from raylift_runtime.torch import TorchTrainer

        @dataclass
        class Options:
            rate: "float" = 1.0

        def launch(held):
            def train_func(config):
                assert typing.get_type_hints(Options) == {"rate": float}
                assert sys.modules["__main__"].Options is Options
                print("held", held + config["more"])
                return held + config["more"]
            return TorchTrainer(train_func, train_loop_config={"more": 1}, scaling_config=ScalingConfig(num_workers=2)).fit()

        print("value", getattr(launch(41), "return_value", "lost"))
    """
    said = run_script(code, RAY_ADDRESS=cluster).stdout
    assert "held 42" in said
    assert ("value 42" in said) is is_since("ray", "2.56")


def test_asking_for_more_than_the_cluster_has_fails_at_once(run_script: RunScript, cluster: str) -> None:
    ended = run_script(script("pass"), fails=True, RAY_ADDRESS=cluster, RAYLIFT_NUM_WORKERS="64")
    assert "64 workers need 64 CPU, and this Ray cluster has 2. Set RAYLIFT_NUM_WORKERS=2" in ended.stderr


@needs("accelerate", "1.13", "it finds the group on CPUs by itself")
def test_a_world_that_is_not_one_is_refused(run_script: RunScript, cluster: str) -> None:
    body = "os.environ['ACCELERATE_USE_CPU'] = 'false'\n    " + TRAINS.replace("max_steps=6", "max_steps=6, use_cpu=False")
    ended = run_script(script(body), fails=True, RAY_ADDRESS=cluster)
    assert "Ray has 2 workers, and this Trainer sees 1" in ended.stderr


def test_a_rank_that_never_reports_is_named_with_its_line(run_script: RunScript, cluster: str) -> None:
    body = """import ray.train, time
    from raylift_runtime import session
    if os.environ["RANK"] == "1":
        time.sleep(600)  # the line
    session.current().report({"step": 1})"""
    ended = run_script(script(body), fails=True, RAY_ADDRESS=cluster, RAY_TRAIN_COLLECTIVE_TIMEOUT_S="3")
    assert "not every rank came to report within 3 s: rank 1 is at" in ended.stderr
    assert "in train_func: time.sleep(600)  # the line" in ended.stderr


def test_losses_are_those_of_torchrun_bit_for_bit(run_script: RunScript, cluster: str, tmp_path: Path) -> None:
    record = """
        import accelerate, os
        backward = accelerate.Accelerator.backward
        def recording(self, loss, **kwargs):
            with open(os.environ["HF_RECORD"] + os.environ["RANK"], "a") as file:
                file.write(loss.item().hex() + " ")
            return backward(self, loss, **kwargs)
        accelerate.Accelerator.backward = recording
    """
    train = """
        from tests.runtime import tiny
        tiny.trainer("out", max_steps=6, save_steps=3, eval_strategy="steps", eval_steps=3).train()
    """
    original = textwrap.dedent(record) + textwrap.dedent(train)
    (tmp_path / "original.py").write_text(original)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "original.py"]
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "HF_RECORD": "before.", "PYTHONPATH": os.getcwd()}
    subprocess.run(torchrun, cwd=tmp_path, check=True, env=environment, capture_output=True, timeout=120)
    run_script(script(TRAINS, top=textwrap.dedent(record)), RAY_ADDRESS=cluster, HF_RECORD="after.")
    for rank in (0, 1):
        before, after = ((tmp_path / f"{when}.{rank}").read_text().split() for when in ("before", "after"))
        assert len(before) == 6
        assert before == after
