"""Lengths of loaders with stock Ray, from the rows that the driver counted."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_handed_over import loop


@pytest.mark.parametrize(
    ("drop_last", "steps"),
    [
        ("", "math.ceil(DATASET_ROWS['train'] / 4)"),
        (", drop_last=False", "math.ceil(DATASET_ROWS['train'] / 4)"),
        (", drop_last=True", "DATASET_ROWS['train'] // 4"),
        (", drop_last=fast", "DATASET_ROWS['train'] // 4 if fast else math.ceil(DATASET_ROWS['train'] / 4)"),
    ],
)
def test_the_steps_of_an_epoch_are_counted_with_the_last_batch_where_the_loader_keeps_it(drop_last: str, steps: str) -> None:
    source = loop(f'fast = bool(input)\nloader = DataLoader(load_dataset("x"), batch_size=4{drop_last})\nprint(len(loader))')
    code = ast.unparse(ast.parse(lifted(source, data="ray", runtime="ray")))
    assert f"print({steps})" in code


def test_a_length_is_refused_where_it_is_out_of_sight_whether_the_last_batch_is_dropped() -> None:
    source = loop("loader = loaders(accelerator, True)\nprint(len(loader))").replace(
        "def main",
        'def loaders(accelerator, fast):\n    return DataLoader(load_dataset("x"), batch_size=4, drop_last=fast)\n\ndef main',
    )
    refused = refusal(source, data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert "print(len(loader))" in source.splitlines()[refused.line - 1]
