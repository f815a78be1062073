"""A report holds numbers, never a sentence that is printed."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

LOOP = """\
from accelerate import Accelerator

accelerator = Accelerator()
model, loader = accelerator.prepare(model, loader)
for epoch in range(3):
    total = 0.0
    for batch in loader:
        loss = model(batch)
        accelerator.backward(loss)
        total += loss.item()
    {said}
    print({shown})
"""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("pass", "'loss: %.3f' % (total / 2) + '\\n'"),
        ("pass", "f'loss: {total / 2:.3f}' + '\\n'"),
        ("pass", "'loss: ' + str(total / 2)"),
        ("pass", "'\\n' + 'loss: {:.3f}'.format(total / 2)"),
    ],
)
def test_the_numbers_of_a_sentence_are_reported(said: str, shown: str) -> None:
    code = lifted(LOOP.format(said=said, shown=shown))
    assert 'report({"loss": total / 2}' in code


@pytest.mark.parametrize(
    "said",
    [
        "train_log = 'loss: %.3f' % total",
        "train_log = 'loss: {}'.format(total)",
        "train_log = f'loss {total}' + '!'",
        "train_log = '=' * 20",
        "train_log = ' '.join([str(total)])",
        "train_log = str(total)\n    train_log += '!'",
    ],
)
@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_name_for_a_sentence_is_no_metric(said: str, runtime: str) -> None:
    code = lifted(LOOP.format(said=said, shown="train_log"), runtime=runtime)
    assert "train_log" not in code[code.index("report({") :].split(")\n")[0]


def test_a_name_for_a_number_is_a_metric() -> None:
    code = lifted(LOOP.format(said="train_loss = total / 2", shown="train_loss"))
    assert 'report({"train_loss": train_loss}' in code


@pytest.mark.parametrize(
    "made", ["list(loader)", "sorted(loader)", "batch.tolist()", "batch[:2]", "[1, 2]", "(1, 2)", "{1, 2}", "{a for a in batch}"]
)
def test_a_name_for_a_list_is_no_metric(made: str) -> None:
    code = lifted(LOOP.format(said=f"predictions = {made}", shown="f'evaluated {predictions}'"))
    assert "predictions" not in code[code.index("report({") :].split(")\n")[0]


@pytest.mark.parametrize("shown", ["f'{predictions[:10]=}'", "f'evaluated {predictions}'", "'evaluated', list(predictions)"])
def test_a_list_that_is_shown_is_no_metric(shown: str) -> None:
    code = lifted(LOOP.format(said="predictions = [batch for batch in loader]", shown=shown))
    assert "predictions" not in code[code.index("report({") :].split(")\n")[0]
