"""The class that stock Ray's batches of a loop come from."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted
from tests.codemod.ray_data.test_handed_over import loop

SOURCE = loop('loader = DataLoader(load_dataset("x"), batch_size=4)')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Accelerator()", "Accelerator(gradient_accumulation_steps=2)"),
        ("Accelerator()", "Accelerator(gradient_accumulation_plugin=plugin())"),
        (
            "accelerator.backward(model(batch))",
            "with accelerator.accumulate(model):\n                accelerator.backward(model(batch))",
        ),
    ],
)
def test_accelerate_is_told_of_the_last_batch_where_it_accumulates_gradients(old: str, new: str) -> None:
    assert old in SOURCE
    assert "end_of_dataloader" in lifted(SOURCE.replace(old, new), data="ray", runtime="ray")


def test_the_batches_are_a_plain_loop_where_it_does_not() -> None:
    assert "end_of_dataloader" not in lifted(SOURCE, data="ray", runtime="ray")


def test_the_names_that_are_written_out_are_new_ones() -> None:
    source = SOURCE.replace("def main", "CollatedBatches = rows_of = None\n\ndef main")
    code = lifted(source, data="ray", runtime="ray")
    assert "loader = RayCollatedBatches(" in code
    assert "self.collate(ray_rows_of(table))" in code
