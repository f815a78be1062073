"""What the Accelerator is asked while the data are made: the driver is one process, and the first."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted, notices, refusal
from tests.codemod.ray_data.test_hand_over import parts

LOOP = """
from contextlib import nullcontext
import torch
from accelerate import Accelerator
from datasets import load_dataset, load_from_disk
from torch.utils.data import DataLoader

def rows(name, accelerator=None):
    {rows}

def main():
    accelerator = Accelerator()
    accelerator.init_trackers("x")
    {data}
    loader = DataLoader(raw, batch_size=8)
    model, loader = accelerator.prepare(make_model(), loader)
    for epoch in range(3):
        for batch in loader:
            accelerator.backward(model(batch))

if __name__ == "__main__":
    main()
"""


def loop(data: str, rows: str = "return load_dataset(name)") -> str:
    return LOOP.format(data=data.replace("\n", "\n    "), rows=rows.replace("\n", "\n    "))


IN_ORDER = "with accelerator.main_process_first():\n    raw = load_dataset(name)\nreturn raw"
BY_CONTEXT = (
    "first = accelerator.main_process_first if accelerator else nullcontext\nwith first():\n    return load_dataset(name)"
)
TOLD = "raw = load_dataset(name)\nif accelerator.is_main_process:\n    print(raw)\naccelerator.print(raw)\nreturn raw"


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("rows", [IN_ORDER, BY_CONTEXT, TOLD])
def test_a_function_that_only_orders_its_ranks_by_the_accelerator_is_called_with_that_of_one_process(
    rows: str, runtime: str
) -> None:
    code = lifted(loop('raw = rows("x", accelerator=accelerator)', rows), data="ray", runtime=runtime)
    driver, worker = parts(code)
    assert driver.splitlines()[2:4] == ["    accelerator = PartialState()", "    raw = rows('x', accelerator=accelerator)"]
    assert " rows(" not in worker
    assert "from accelerate import PartialState" in code
    assert "init_trackers" in worker
    assert "init_trackers" not in driver


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_what_the_first_process_says_of_the_data_the_driver_says(runtime: str) -> None:
    data = 'raw = load_dataset("x")\nif accelerator.is_main_process:\n    print(raw)\naccelerator.print(f"{raw}")'
    driver, worker = parts(lifted(loop(data), data="ray", runtime=runtime))
    assert "accelerator = PartialState()" in driver
    assert "accelerator.print(f'{raw}')" in driver
    assert "print" not in worker


def test_what_the_first_process_makes_for_all_the_driver_makes() -> None:
    data = 'if accelerator.is_main_process:\n    load_dataset("x").save_to_disk("y")\naccelerator.wait_for_everyone()\n'
    driver, worker = parts(lifted(loop(f'{data}raw = load_from_disk("y")'), data="ray"))
    assert "load_from_disk('y')" in driver
    assert "load_from_disk" not in worker


def test_a_log_of_what_only_workers_have_stays_with_them_and_so_do_its_data() -> None:
    source = loop('raw = load_dataset("x")\nprint(f"{raw} on {accelerator.num_processes}")')
    driver, worker = parts(lifted(source, data="ray"))
    assert "print" not in driver
    assert "PartialState" not in driver
    assert "load_dataset(" in worker
    assert [notice.rule for notice in notices(source, data="ray") if notice.rule == "RL241"]


@pytest.mark.parametrize(
    ("data", "rows", "shown"),
    [
        ('raw = rows("x", accelerator)', "return load_dataset(name).shard(accelerator.num_processes, 0)", "num_processes"),
        ('raw = rows("x", accelerator)', "return load_dataset(name).with_format('torch', device=accelerator.device)", "device"),
        ('raw = rows("x", accelerator)', "return load_dataset(name).map(unknown(accelerator))", "accelerator"),
        ('raw = rows("x", [accelerator])', "return load_dataset(name)", "accelerator"),
        ('raw = load_dataset("x" if accelerator.is_main_process else "y")', "pass", "is_main_process"),
        ('if accelerator.is_main_process:\n    raw = load_dataset("x")\nelse:\n    raw = load_dataset("y")', "pass", "is_main"),
    ],
)
def test_data_that_take_more_of_the_accelerator_are_refused_where_they_do(data: str, rows: str, shown: str) -> None:
    source = loop(data, rows)
    refused = refusal(source, data="ray")
    assert refused.rule == "RL341"
    assert shown in source.splitlines()[refused.line - 1]
    assert "accelerator" in refused.text


def test_a_state_of_processes_that_the_script_has_stays_what_it_is() -> None:
    source = loop('state = PartialState()\nif state.is_main_process:\n    print("first")\nraw = rows("x", state)', IN_ORDER)
    driver, _ = parts(lifted(source.replace("import Accelerator", "import Accelerator, PartialState"), data="ray"))
    assert "state = PartialState()" in driver
    assert isinstance(ast.parse(driver).body[0], ast.FunctionDef)
