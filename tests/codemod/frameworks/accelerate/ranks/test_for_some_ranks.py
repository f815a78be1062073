"""A training that only some ranks reach is refused; what some ranks do besides is theirs."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import LOOP, script
from tests.codemod.lifting import lifted, refusal

REFUSED = {
    "one rank trains": (LOOP.replace("    train(*build())", "    if int(os.environ['RANK']) == 0:\n        train(*build())"), "RL311"),
    "some ranks leave first": (script(before="if not accelerator.is_main_process:\n    return"), "RL311"),
    "a decorator": (LOOP.replace("def train", "@on_main_process\ndef train"), "RL311"),
    "ranks take turns": (LOOP.replace("    train(*build())", "    with state.main_process_first():\n        train(*build())"), "RL311"),
    "an exception handler": (LOOP.replace("    train(*build())", "    try:\n        run()\n    except OSError:\n        train(*build())"), "RL311"),
    "a name for a rank test": (script(before="first = accelerator.process_index == 0\nif first:\n    return"), "RL311"),
    "a number that tells the ranks apart": (script(before="number = int(os.environ['LOCAL_RANK'])\nif number:\n    return"), "RL311"),
    "a number that the environment may hold": (script(before="number = os.getenv('RANK')\nif number:\n    return"), "RL311"),
    "no place in an epoch": (LOOP.replace("{body}", "{body}").replace("        for step", "        if random.random() < 0.5:\n            continue\n        for step"), "RL312"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_not_every_rank_runs_is_refused(name: str) -> None:
    source, rule = REFUSED[name]
    assert refusal(source.format(before="", body="") if "{before}" in source else source).rule == rule


def test_what_a_function_does_for_some_ranks_keeps_nobody_from_training() -> None:
    own = "def save(accelerator, model):\n    if not accelerator.is_main_process:\n        return\n    model.save()\n\n\n"
    code = lifted(script("save(accelerator, model)").replace("def train(", f"{own}def train("))
    assert code.count(" report(") == 1
    inner = "def skip(batch):\n    if accelerator.is_main_process:\n        return batch"
    assert lifted(script(before=inner)).count(" report(") == 1
