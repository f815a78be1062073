"""A report that a lift adds is reached by all ranks, once per epoch."""

from __future__ import annotations

import pytest
from tests.codemod.result_check.results import faults

HEAD = "from accelerate import Accelerator\n"
NEEDS = "from raylift_runtime.accelerate import report\n"
STOCK = "import ray.train\n"


def said(body: str, tail: str = "") -> list[str]:
    """What is said of a function with a report, marked `REPORT`, in both targets; the source is the same without it."""
    lines = body.splitlines(keepends=True)
    source = HEAD + "".join(line for line in lines if "REPORT" not in line) + tail
    bundled = faults(source, HEAD + NEEDS + body.replace("REPORT", "report({})") + tail)
    stock = faults(source, HEAD + STOCK + body.replace("REPORT", "ray.train.report({})") + tail, "ray")
    assert bundled == stock
    return bundled


SOME = "a report stands where only some ranks get to"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def run(a):\n    for epoch in range(3):\n        print(epoch)\n        REPORT\n", []),
        ("def run(a):\n    if a.is_main_process:\n        print(1)\n        REPORT\n", [SOME]),
        ("def run(a):\n    if a.is_ready:\n        print(1)\n        REPORT\n", []),
        ("def run(a):\n    first = a.process_index == 0\n    if first:\n        print(1)\n        REPORT\n", [SOME]),
        ("def run(a):\n    if not a.is_main_process:\n        return\n    print(1)\n    REPORT\n", [SOME]),
        ("def run(a):\n    if not a.is_main_process:\n        print(2)\n    print(1)\n    REPORT\n", []),
        ("def run(a):\n    for epoch in range(3):\n        if a.local_rank:\n            continue\n        print(1)\n        REPORT\n", [SOME]),
        ("@on_main_process\ndef run(a):\n    print(1)\n    REPORT\n", ["a report stands in a function that only some ranks run"]),
        ("class T:\n    def training_step(self, a):\n        print(1)\n        REPORT\n", ["a report stands in `training_step`, which runs at every step"]),
        ("class T:\n    def training_epoch(self, a):\n        print(1)\n        REPORT\n", []),
        ("def run(a, loader):\n    for batch in loader:\n        a.backward(batch)\n        REPORT\n", ["a report stands in the loop over batches"]),
        ("def run(a, loader):\n    for epoch in range(3):\n        for batch in loader:\n            a.backward(batch)\n        REPORT\n", []),
        ("def run(a, loaders):\n    for loader in loaders:\n        for batch in loader:\n            a.backward(batch)\n        REPORT\n", []),
    ],
)  # fmt: skip
def test_where_a_report_stands(body: str, expected: list[str]) -> None:
    head = "def on_main_process(f):\n    return f\n"
    assert said(head + body) == expected


def test_a_function_that_only_some_ranks_call_reports_for_some() -> None:
    body = "def run(a):\n    print(1)\n    REPORT\n"
    assert said(body, "def main(a):\n    if a.is_main_process:\n        run(a)\n") == [
        "a report stands in a function that only some ranks call"
    ]
    assert said(body, "def main(a):\n    if a.is_main_process:\n        print(2)\n    run(a)\n") == []


def test_a_report_of_the_source_itself_is_left_to_it() -> None:
    source = "from ray.air import session\ndef run(a):\n    if a.is_main_process:\n        session.report({})\n"
    after = "import ray.train\ndef run(a):\n    if a.is_main_process:\n        ray.train.report({})\n"
    assert faults(source, after) == []
