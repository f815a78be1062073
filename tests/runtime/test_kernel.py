"""A run that is started from a notebook's kernel: by value, into its cell, and without harm to what the kernel holds."""

from __future__ import annotations

import sys
import threading
import types
from pathlib import Path

import pytest
from tests.fidelity.training_runs import environment_of_all
from tests.kernels import kernel

from raylift_runtime.kernel import cells, from_this_cell, is_interactive

DEFINED = """
import os, sys, time
import torch
from ray.train import RunConfig, ScalingConfig, get_context
from raylift_runtime.torch import TorchTrainer

SIZE = 5
model = torch.nn.Linear(2, 2)  # to look at; `holder.model` below is another one


class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return SIZE


def chosen():
    return os.environ.get("CHOSEN_IN_A_CELL")
"""
TRAINED = """
def train_func():
    import __main__
    holder = type("Holder", (), {"model": None})
    print("rows", len(Rows()), holder.model, chosen(), hasattr(__main__, "__file__"), __main__.Rows is Rows, os.getcwd())


def slow():
    print("begun", flush=True)
    time.sleep(300)


def launched(function):
    trainer = TorchTrainer(function, scaling_config=ScalingConfig(num_workers=1), run_config=RunConfig(storage_path=os.getcwd()))
    return trainer.fit()
"""


@pytest.mark.ray
@pytest.mark.slow
def test_the_stop_button_ends_only_the_run_and_the_next_cell_launches_another(cluster: str, tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    with kernel(tmp_path, environment_of_all() | {"RAY_ADDRESS": cluster}) as started:
        assert not started.run(DEFINED).error
        assert not started.run(TRAINED).error
        stopped = started.run("launched(slow)", stop_at="begun")
        assert (stopped.error, "raylift: interrupted: stopping the run." in stopped.told) == ("KeyboardInterrupt", True)
        assert not started.run("os.environ['CHOSEN_IN_A_CELL'] = 'yes'").error
        second = started.run("result = launched(train_func)\nresult.error")
        assert (second.error, second.told.count(f"rows 5 None yes False True {tmp_path}")) == ("", 1), second.told


def test_only_what_is_typed_in_is_interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_interactive()
    monkeypatch.setattr(sys, "ps1", "In : ", raising=False)
    assert is_interactive()


def test_the_code_of_a_kernel_is_what_its_cells_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cells().body == []
    main = types.ModuleType("__main__")
    vars(main)["_ih"] = ["", "import os", "for row in rows\n    print(", "value = 1\nother = 2"]
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert len(cells().body) == 3


def test_lines_reach_their_handler_in_order_in_one_thread_of_the_cell() -> None:
    seen: list[tuple[int, str]] = []
    with from_this_cell(lambda line: seen.append((line, threading.current_thread().name))) as shown:
        others = [threading.Thread(target=shown, args=(number,)) for number in range(3)]
        for other in others:
            other.start()
            other.join()
    assert seen == [(number, "raylift output") for number in range(3)]
