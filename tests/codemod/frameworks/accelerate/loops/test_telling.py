"""A report stands where the script says how it went: in the loop that logs and saves, not in the epochs of each of its updates."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = """\
import torch
from accelerate import Accelerator

accelerator = Accelerator()
policy = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
policy, optimizer, loader = accelerator.prepare(policy, optimizer, make_loader())
"""
TRAIN = "accelerator.backward(policy(batch).mean())"


def reported(source: str) -> str:
    """The line of the report, with its indentation in the train function taken away."""
    line = next(line for line in lifted(source).splitlines() if " report(" in line)
    return line.removeprefix("    ")


@pytest.mark.parametrize(
    "tells",
    [
        'accelerator.log({"reward": 1}, step=update)',
        "accelerator.save_state(folder)",
        "print(batch)",
        "trainer.evaluate(batch)",
        "harness.validate(batch)",
        "metric.compute()",
    ],
)
@pytest.mark.parametrize(
    "inner", ["for ppo_epoch in range(4)", "for _ in range(ppo_epochs)", "for epoch in range(policy_epochs)"]
)
def test_an_update_with_epochs_of_its_own_reports_once(inner: str, tells: str) -> None:
    source = f"{HEAD}for update in range(9):\n    batch = collect()\n    {inner}:\n        {TRAIN}\n    {tells}\n"
    assert reported(source).startswith("    report(")


def test_the_epochs_of_an_update_in_a_function_of_their_own_do_not_report() -> None:
    source = (
        f"{HEAD}def improve(batch):\n    for epoch in range(4):\n        {TRAIN}\n"
        "for episode in range(9):\n    improve(collect())\n    print('reward', episode)\n"
    )
    code = lifted(source)
    assert code.count(" report(") == 1
    assert "    improve(collect())\n" in code[: code.index(" report(")]


def test_epochs_that_speak_for_themselves_report_though_something_is_said_around_them() -> None:
    source = (
        f"{HEAD}for stage in range(2):\n    for epoch in range(4):\n        {TRAIN}\n        print(epoch)\n    print(stage)\n"
    )
    assert reported(source).startswith("        report(")


def test_every_seed_is_a_training_of_its_own() -> None:
    source = f"{HEAD}for seed in (1, 2):\n    for epoch in range(4):\n        {TRAIN}\n    print('accuracy', seed)\n"
    assert reported(source).startswith("        report(")


def test_a_model_that_is_made_anew_starts_a_training_of_its_own() -> None:
    again = "policy = accelerator.prepare(make_policy())"
    source = f"{HEAD}for size in (1, 2):\n    {again}\n    for epoch in range(4):\n        {TRAIN}\n    print('accuracy', size)\n"
    assert reported(source).startswith("        report(")


def test_no_checkpoint_is_made_of_every_update() -> None:
    source = f"{HEAD}for update in range(9):\n    for epoch in range(4):\n        {TRAIN}\n    accelerator.log({{'reward': 1}})\n"
    assert "model=" not in reported(source)
    assert "RL228" in {notice.rule for notice in notices(source)}


def test_a_step_that_nobody_in_sight_calls_reports_nothing() -> None:
    hook = "def training_step(self, model, batch):\n    self.accelerator.backward(model(batch))\n"
    source = (
        "from transformers import Trainer\n"
        f"{hook}trainer = Trainer(model=None)\ntrainer.training_step = training_step.__get__(trainer)\ntrainer.train()\n"
    )
    assert " report(" not in lifted(source)
