"""What cannot work is refused before anything starts, with what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from ray.train import RunConfig
from tests.runtime import tiny

from raylift_runtime.driver.preflight import (
    PreflightError,
    captured_by,
    check_captured,
    check_storage,
    continued,
)


def test_a_run_that_has_checkpoints_is_said_to_go_on(tmp_path: Path) -> None:
    run = RunConfig(name="r", storage_path=str(tmp_path))
    assert continued(run) is None
    (tmp_path / "r").mkdir()
    (tmp_path / "r/checkpoint_manager_snapshot.json").touch()
    assert "run r goes on" in str(continued(run))


def test_a_relative_storage_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = RunConfig(storage_path="results")
    check_storage(run, nodes=1)
    assert run.storage_path == str(tmp_path / "results")


def test_a_storage_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PreflightError, match="RAYLIFT_STORAGE_PATH"):
        check_storage(RunConfig(storage_path=str(tmp_path / "file")), nodes=1)


def test_a_folder_of_one_node_is_refused_for_several_nodes(tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match="2 nodes"):
        check_storage(RunConfig(storage_path=str(tmp_path)), nodes=2)


def closure_over(held: Any) -> Any:
    def train_func() -> None:
        print(held)  # what is tested is that it is captured

    return train_func


@pytest.mark.parametrize("kind", ["model", "TrainingArguments", "Trainer"])
def test_an_object_of_the_driver_s_process_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    trainer = tiny.trainer(tmp_path)
    held = {"model": trainer.model, "TrainingArguments": trainer.args, "Trainer": trainer}[kind]
    with pytest.raises(PreflightError, match=rf"train_func carries the {kind} 'held'"):
        check_captured(closure_over(held), None, by_value=True)


def test_an_object_in_the_configuration_is_refused() -> None:
    with pytest.raises(PreflightError, match="train_loop_config carries the model 'net'"):
        check_captured(print, {"net": torch.nn.Linear(1, 1)}, by_value=False)


net = torch.nn.Linear(1, 1)


def test_an_attribute_is_not_the_object_of_the_driver_that_has_its_name() -> None:
    def train_func() -> None:
        print(Holder.net)

    class Holder:
        net = None

    assert "net" not in dict(captured_by(train_func))
    check_captured(train_func, None, by_value=True)
    with pytest.raises(PreflightError, match="carries the model 'net'"):
        check_captured(lambda: print(net), None, by_value=True)


def test_a_class_is_no_captured_object() -> None:
    check_captured(closure_over(torch.nn.Linear), None, by_value=True)


def test_what_a_called_function_holds_is_found() -> None:
    inner = closure_over(torch.nn.Linear(1, 1))
    assert "held" in dict(captured_by(closure_over(inner)))
    with pytest.raises(PreflightError, match="'held'"):
        check_captured(closure_over(inner), None, by_value=True)
