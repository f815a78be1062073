"""Names are bound where the result reads them, and by the time it does."""

from __future__ import annotations

import pytest
from tests.codemod.result_check.results import CONNECTED, HEAD, TRAIN, faults, result


@pytest.mark.parametrize(
    ("source", "stay", "moved", "said"),
    [
        ("x = [1]\nprint(x)\n", "x = [1]\n", "print(x)\n", []),
        ("x = [1]\nprint(x)\n", "print(x)\n", "x = [1]\n", ["`x` is bound nowhere", "`x` may be read before it is bound"]),
        ("x = [1]\ndef f():\n    return x\n", "def f():\n    return x\n", "x = [1]\n", ["`x` is bound nowhere"]),
        ("x = [1]\ndef f():\n    return x\n", "def f():\n    return x\n", "global x\nx = [1]\n", []),
        ("x = [1]\ndef f():\n    return x\n", "", "x = [1]\ndef f():\n    return x\n", []),
        ("x = [1]\nx = x + x\n", "x = [1]\n", "x = x + x\n", ["`x` was one variable and has become two", "`x` may be read before it is bound"]),
        ("x = [1]\nx = x + x\n", "x = [1]\n", "global x\nx = x + x\n", []),
        ("max = max(1, 2)\n", "", "max = max(1, 2)\n", ["`max` may be read before it is bound"]),
        ("max = max(1, 2)\n", "", "global max\nmax = max(1, 2)\n", []),
        ("x = 1\ny = [x for a in [1]]\n", "x = 1\n", "y = [x for a in [1]]\n", []),
        ("x = 1\nclass A:\n    x = x\n", "", "x = 1\nclass A:\n    x = x\n", ["`x` is read in a class that does not see it here"]),
        ("x = 1\nclass A:\n    y = x\n", "", "x = 1\nclass A:\n    y = x\n", []),
        ("x = 1\nclass A:\n    x = 2\n    y = x\n", "", "x = 1\nclass A:\n    x = 2\n    y = x\n", []),
    ],
)  # fmt: skip
def test_moved_names(source: str, stay: str, moved: str, said: list[str]) -> None:
    assert faults(f"{HEAD}{source}{TRAIN}", result(stay, moved + CONNECTED)) == said


def test_a_name_that_was_missing_before_is_no_fault() -> None:
    assert faults(f"{HEAD}print(unheard_of)\n{TRAIN}", result("", f"print(unheard_of)\n{CONNECTED}")) == []
    assert "`unheard` is bound nowhere" in faults(f"{HEAD}print(1)\n{TRAIN}", result("", f"print(unheard)\n{CONNECTED}"))


def test_what_a_star_import_may_bring_was_bound_nowhere_before_either() -> None:
    head = f"{HEAD}from somewhere import *\n"
    assert faults(f"{head}x = make()\n{TRAIN}", result("", f"x = make()\n{CONNECTED}", head=head)) == []


def test_a_read_after_the_training_needs_the_name_on_the_driver() -> None:
    source = f"{HEAD}x = [1]\nif __name__ == '__main__':\n    trainer = Trainer(x)\n    trainer.train()\nprint(x)\n"
    moved = "global x\nx = [1]\n" + CONNECTED.replace("Trainer(1)", "Trainer(x)")
    after = result("", moved).replace('"__main__"', "'__main__'") + "print(x)\n"
    assert faults(source, after) == ["`x` may be read before it is bound"]
    assert faults(source, result("x = [1]\n", moved.replace("global x\nx = [1]\n", "")).replace('"', "'") + "print(x)\n") == []


def test_a_name_may_be_bound_after_a_loop_where_a_report_reads_it() -> None:
    loop = "def run(rows):\n    for row in rows:\n        loss = row\n"
    assert faults(loop, f"{loop}    report(loss)\nfrom raylift_runtime.accelerate import report\n") == []
    wrong = loop.replace("    for row", "    report(loss)\n    for row") + "from raylift_runtime.accelerate import report\n"
    assert faults(loop, wrong) == ["`loss` may be read before it is bound"]


def test_a_binding_that_becomes_conditional_is_a_fault() -> None:
    source = f"{HEAD}x = [1]\nprint(x)\n{TRAIN}"
    after = result("", f"if sys.argv:\n    x = [1]\nprint(x)\n{CONNECTED}")
    assert "`x` may be read before it is bound" in faults(source, after)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    x = [1]\nexcept OSError as error:\n    print(error)\n    x = []\nprint(x)\n",
        "while True:\n    x = [1]\n    if x:\n        break\nprint(x)\n",
        "with open('a') as x:\n    print(x)\n",
        "for x in [1]:\n    pass\nelse:\n    x = 2\nprint(x)\n",
        "match sys.argv:\n    case [x, *rest]:\n        print(x, rest)\n    case {'a': y, **more}:\n        print(y, more)\n",
        "if (x := len(sys.argv)) > 1:\n    print(x)\n",
        "print([y for x in [[1]] for y in x if y])\nx = 1\ndel x\n",
        "for a in [1]:\n    if a > 1:\n        print(x)\n    x = a\n",
        "x = lambda y=1: y\nprint(x())\nimport os.path as x\nprint(x)\n",
        "try:\n    pass\nfinally:\n    x = 1\nprint(x)\n",
    ],
)
def test_every_form_of_binding_may_move(source: str) -> None:
    assert faults(f"{HEAD}{source}{TRAIN}", result("", source + CONNECTED)) == []


def test_a_postponed_annotation_is_looked_up_in_the_module() -> None:
    head = f"from __future__ import annotations\n{HEAD}from dataclasses import dataclass\n"
    kind, field = "class Kind:\n    pass\n", "@dataclass\nclass Args:\n    kind: Kind\n"
    source = f"{head}{kind}{field}{TRAIN}"
    assert faults(source, result(kind + field, head=head)) == []
    assert faults(source, result(field, kind + CONNECTED, head=head)) == [
        "an annotation names `Kind`, which the module no longer has"
    ]
