"""On two Ray workers a lifted script behaves as its original does under torchrun."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.conftest import script_runner
from tests.runtime.losses import RECORD, recorded

pytestmark = [pytest.mark.slow, pytest.mark.ray]

TRAINED = f"""{RECORD}
import json, logging, sys
import torch.distributed
from ray.train import RunConfig, ScalingConfig
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

os.environ["SET_ABOVE"] = "1"
IS_UP = torch.distributed.is_initialized()

def train_func():
    import beside
    from ray.air import session
    logging.basicConfig(level=logging.INFO, stream=sys.stdout)  # as Hydra does
    place = [sys.argv[1:], os.getcwd(), beside.NAME, *(os.environ[name] for name in ("HF_MADE_UP", "ACCELERATE_USE_CPU", "SET_ABOVE"))]
    seen = {{"place": place, "is_up": IS_UP, "session": [session.get_world_rank(), session.get_world_size()]}}
    with open("seen." + os.environ["RANK"], "w") as file:
        json.dump(seen, file)
    trainer = tiny.trainer("out", max_steps=6, save_steps=3, eval_strategy="steps", eval_steps=3)
    with trainer.args.main_process_first(), open("prepared", "a") as file:
        file.write(os.environ["RANK"])
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
    trainer.save_model("final")

if __name__ == "__main__":
    result = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2), run_config=RunConfig(name="r")).fit()
    print({{"best": result.get_best_checkpoint("eval_loss", "min").path}})
"""
SECRETS = {"HF_TOKEN": "hf_of_nobody", "WANDB_API_KEY": "key_of_nobody", "MLFLOW_TRACKING_PASSWORD": "word_of_nobody"}


@dataclass(frozen=True)
class Trained:
    """A training that is over: its folder, what its driver said, and what each rank saw of itself."""

    folder: Path
    ended: subprocess.CompletedProcess[str]
    seen: tuple[dict[str, Any], ...]


@pytest.fixture(scope="module")
def trained(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    (folder / "beside.py").write_text("NAME = 'neighbour'")
    settings = {"RAY_ADDRESS": cluster, "HF_MADE_UP": "h", "HF_RECORD": "after.", **SECRETS}
    ended = script_runner(folder)(TRAINED, "--x", "1", **settings)
    return Trained(folder, ended, tuple(json.loads((folder / f"seen.{rank}").read_text()) for rank in (0, 1)))


def test_losses_are_those_of_torchrun_bit_for_bit(trained: Trained, original_losses: list[list[str]]) -> None:
    assert recorded(trained.folder, "after") == original_losses


def test_a_run_keeps_all_metrics_and_uploads_each_file_once(trained: Trained) -> None:
    run = trained.folder / "storage" / "r"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 3, 4, 6, 6, 6]
    assert "train_runtime" in lines[-1]
    stored = sorted(run.glob("checkpoint_*/"))
    assert len(stored) == 2
    uploaded = [list(json.loads(file.read_text())["files"]) for file in sorted(stored[1].glob("manifest-*"))]
    assert uploaded[1] == ["rng_state_1.pth"]
    assert sorted(uploaded[0] + uploaded[1]) == sorted(path.name for path in (trained.folder / "out/checkpoint-6").iterdir())
    assert json.loads((stored[1] / "checkpoint/trainer_state.json").read_text())["global_step"] == 6
    assert (trained.folder / "final/model.safetensors").exists()
    by_loss = {line["eval_loss"]: path for line, path in zip([lines[1], lines[4]], stored, strict=True)}
    assert f"{{'best': '{by_loss[min(by_loss)]}'}}" in trained.ended.stdout


def test_the_terminal_shows_what_the_script_prints_and_where_its_checkpoints_are(trained: Trained) -> None:
    stored = sorted((trained.folder / "storage/r").glob("checkpoint_*/"))
    others = ("{'", "raylift: waiting ")  # the script's own, and where the cluster still ends the run of a test before
    own = [line for line in trained.ended.stdout.splitlines() if not line.startswith(others)]
    assert own == [f"raylift: checkpoint of step {step} in {path}" for step, path in zip((3, 6), stored, strict=True)]
    assert [line for line in trained.ended.stderr.splitlines() if not _is_of_the_libraries(line)] == []


def _is_of_the_libraries(line: str) -> bool:
    return "Warning" in line or "Writing model shards" in line or line.startswith("  ")


def test_secrets_that_travel_are_printed_and_stored_nowhere(trained: Trained) -> None:
    written = [path.read_bytes() for path in trained.folder.rglob("*") if path.is_file()]
    for secret in SECRETS.values():
        assert secret not in trained.ended.stdout + trained.ended.stderr
        assert not any(secret.encode() in content for content in written)


def test_a_worker_has_the_driver_s_arguments_folder_modules_and_settings(trained: Trained) -> None:
    expected = [["--x", "1"], str(trained.folder), "neighbour", "h", "true", "1"]
    assert [seen["place"] for seen in trained.seen] == [expected, expected]


def test_the_old_session_of_ray_air_answers_as_ray_train_does(trained: Trained) -> None:
    assert [seen["session"] for seen in trained.seen] == [[0, 2], [1, 2]]


def test_the_process_group_is_up_before_the_script_begins(trained: Trained) -> None:
    assert [seen["is_up"] for seen in trained.seen] == [True, True]


def test_what_the_main_process_prepares_first_is_there_for_the_others(trained: Trained) -> None:
    assert (trained.folder / "prepared").read_text() == "01"


ENDS = """
import os, sys, time
from ray.train import ScalingConfig
from raylift_runtime.worker import session
from raylift_runtime.torch import TorchTrainer
from raylift_runtime.transformers import RayTrainReportCallback, prepare_trainer
from tests.runtime import tiny

def handles_signals():
    import atexit, signal
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    atexit.register(print, "ended")
    sys.exit(0)

def exits():
    sys.exit("no data")

def sees_no_group():
    os.environ["ACCELERATE_USE_CPU"] = "false"
    prepare_trainer(tiny.trainer("out", use_cpu=False, max_steps=1))

def waits_for_ever():
    import torch.distributed

    torch.distributed.barrier()  # so that no rank is still on its way here
    if os.environ["RANK"] == "1":
        time.sleep(600)  # the line
    session.current().report({"step": 1})

if __name__ == "__main__":
    for function in (handles_signals, exits, sees_no_group, waits_for_ever):
        try:
            result = TorchTrainer(function, scaling_config=ScalingConfig(num_workers=2)).fit()
            print("END of", function.__name__, "value", result.return_value, flush=True)
        except Exception as error:
            print("END of", function.__name__, "error", error, flush=True)
"""


@pytest.fixture(scope="module")
def ends(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What was said until, and at, the end of each of several runs of one script."""
    settings = {"RAY_ADDRESS": cluster, "RAY_TRAIN_COLLECTIVE_TIMEOUT_S": "3"}
    ended = script_runner(tmp_path_factory.mktemp("ends"), warm)(ENDS, **settings)
    before, *parts = ended.stdout.split("END of ")
    names = [part.split()[0] for part in parts]
    assert names == ["handles_signals", "exits", "sees_no_group", "waits_for_ever"]
    return {**dict(zip(names, parts, strict=True)), "before": before + ended.stderr}


def test_a_script_that_sets_signal_and_exit_handlers_and_exits_with_zero_ends_well(ends: dict[str, str]) -> None:
    assert ends["handles_signals"].startswith("handles_signals value None")
    assert "ended\n" in ends["before"]
    assert "SIGTERM is not installed" in ends["before"]


def test_a_script_that_exits_with_another_status_fails_with_it(ends: dict[str, str]) -> None:
    assert "the script ended with sys.exit('no data')" in ends["exits"]


def test_a_world_that_is_not_one_is_refused(ends: dict[str, str]) -> None:
    assert "Ray has 2 workers, and this Trainer sees 1" in ends["sees_no_group"]


def test_a_rank_that_never_reports_is_named_with_its_line(ends: dict[str, str]) -> None:
    assert "not every rank came to report within 3 s: rank 1 is at" in ends["waits_for_ever"]
    assert "in waits_for_ever: time.sleep(600)  # the line" in ends["waits_for_ever"]


def test_a_function_that_cannot_be_found_by_name_travels_by_value(tmp_path: Path, cluster: str, warm: str) -> None:
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
                return held + config["more"]
            return TorchTrainer(train_func, train_loop_config={"more": 1}, scaling_config=ScalingConfig(num_workers=2)).fit()

        print("value", launch(41).return_value)
    """
    assert "value 42" in script_runner(tmp_path, warm)(code, RAY_ADDRESS=cluster).stdout


def test_asking_for_more_than_the_cluster_has_fails_at_once(tmp_path: Path, cluster: str, warm: str) -> None:
    code = """
        from ray.train import ScalingConfig
        from raylift_runtime.torch import TorchTrainer
        if __name__ == "__main__":
            TorchTrainer(repr, scaling_config=ScalingConfig(num_workers=64)).fit()
    """
    ended = script_runner(tmp_path, warm)(code, fails=True, RAY_ADDRESS=cluster)
    assert "64 workers with 1 CPU each do not fit into this Ray cluster, which has room for 2" in ended.stderr
