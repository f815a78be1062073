"""A script with several `__main__` guards: workers do what stands behind them, in order, and only plain guards are taken apart."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

HEAD = "from lib import build, note\nfrom transformers import Trainer\n"
MAIN = "def main():\n    trainer = Trainer(build())\n    trainer.train()\n\n\n"
GUARD = 'if __name__ == "__main__":\n'
runtimes = pytest.mark.parametrize("runtime", ["raylift", "ray"])


@runtimes
@pytest.mark.parametrize(
    ("source", "inside"),
    [
        (f"{HEAD}{GUARD}    note(1)\n\n\n{MAIN}{GUARD}    main()\n", "    note(1)\n    main()\n"),
        (f"{HEAD}{GUARD}    seed = note(1)\n\n\n{MAIN}{GUARD}    main()\n    note(seed)\n", "    seed = note(1)\n    main()\n    note(seed)\n"),
        (f"{HEAD}{MAIN}{GUARD}    main()\n\n{GUARD}    main()\n", "    main()\n    main()\n"),
        (f"{HEAD}{MAIN}{GUARD}    loss = main()\n\n{GUARD}    note(loss)\n", "    loss = main()\n    note(loss)\n"),
    ],
    ids=["before", "bound before", "both train", "read behind"],
)  # fmt: skip
def test_workers_do_what_the_guards_hold_in_order(source: str, inside: str, runtime: str) -> None:
    code = lifted(source, runtime=runtime)
    assert inside in code.replace("\n\n", "\n")
    assert code.count(GUARD) == 1


def test_a_guard_below_that_the_training_is_nothing_to_stays_with_the_driver() -> None:
    code = lifted(f"{HEAD}{MAIN}{GUARD}    main()\n\n{GUARD}    print('done')\n")
    assert code.endswith(f".fit()\n\n{GUARD}    print('done')\n")


def test_what_a_guard_binds_for_functions_is_bound_for_the_module() -> None:
    code = lifted(f"{HEAD}{GUARD}    rows = build()\n\n\n{MAIN.replace('build()', 'rows')}{GUARD}    main()\n")
    assert "    global rows\n    rows = build()\n    main()\n" in code


@runtimes
@pytest.mark.parametrize(
    "first", ['if __name__ == "__main__" and note():\n    note(1)\n', f"{GUARD}    note(1)\nelse:\n    note(2)\n"]
)
def test_a_guard_with_a_condition_or_a_branch_of_its_own_is_refused(first: str, runtime: str) -> None:
    told = refusal(f"{HEAD}{first}\n\n{MAIN}{GUARD}    main()\n", runtime=runtime)
    assert (told.rule, told.line) == ("RL310", 3)


def test_the_only_guard_may_have_both() -> None:
    code = lifted(f"{HEAD}{MAIN}{GUARD[:-2]} and note():\n    main()\nelse:\n    note(2)\n")
    assert '\nif __name__ == "__main__" and note():\n    ray_trainer' in code
    assert code.endswith("\nelse:\n    note(2)\n")
