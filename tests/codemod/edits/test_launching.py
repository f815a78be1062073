"""A TorchTrainer launches what a function did, laid out as the script is."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from raylift.edits.launching import launch_body, launching_statements
from raylift.plan import Launcher

LAUNCHER = Launcher("train_func", "TorchTrainer", "trainer", "result", ("config={\n    1: 2,\n}", "workers=2"), workers=2)
FUNCTION = '''\
def main(a):  # the entry
    """Trains."""
    # why
    train(a)
    if a:
        return
    def inner():
        return 1
    return inner()  # one
    # end
'''
LAUNCHING = """\

    trainer = TorchTrainer(
        train_func,
        workers=2,
    )
    result = trainer.fit()
"""
PLAIN = replace(LAUNCHER, arguments=("workers=2",))


def body_launched(code: str, launcher: Launcher, *lines: str) -> str:
    """A function that launches its body, between a first line, if there is any, and last ones."""
    module = cst.parse_module(code)
    change = launch_body(launcher, lines[:1], lines[1:])
    return module.with_changes(body=[cst.ensure_type(change(module.body[0]), cst.FunctionDef)]).code


def test_arguments_of_several_lines_are_indented_as_the_script_is() -> None:
    launcher = replace(LAUNCHER, before=("if x:\n    y\n",))
    wide = cst.Module(launching_statements(cst.parse_module("if a:\n    b\n"), launcher)).code
    assert wide.startswith(
        "if x:\n    y\ntrainer = TorchTrainer(\n    train_func,\n    config={\n        1: 2,\n    },\n    workers=2,\n)\n"
    )
    narrow = launching_statements(cst.parse_module("if a:\n  b\n"), replace(launcher, start="start"))
    code = cst.Module(narrow, default_indent="  ").code
    assert code.startswith("if x:\n  y\ntrainer = TorchTrainer(\n  start,\n  config={\n      1: 2,\n  },\n  workers=2,\n)\n")
    assert code.endswith("result = trainer.fit()\n")


def test_a_function_that_launches_its_body_keeps_its_docstring_and_sends_no_value() -> None:
    assert body_launched(FUNCTION, PLAIN, "nonlocal a", "raise SystemExit(0)") == (
        'def main(a):  # the entry\n    """Trains."""\n    def train_func():\n        nonlocal a\n        # why\n        train(a)\n'
        "        if a:\n            return\n        def inner():\n            return 1\n        inner(); return  # one\n"
        f"{LAUNCHING}    raise SystemExit(0)\n    # end\n"
    )


def test_values_that_do_nothing_when_they_are_read_are_not_read() -> None:
    for value in ("a", "a.b", "1", "'text'", "f'{a}'"):
        assert "        return\n" in body_launched(f"def main():\n    return {value}\n", PLAIN)
    assert "        a[0]; return\n" in body_launched("def main():\n    return a[0]\n", PLAIN)


def test_a_body_behind_the_colon_of_its_function_is_launched_too() -> None:
    launcher = replace(PLAIN, parameter="config")
    assert body_launched("def main(): train(); more()\n", launcher) == (
        f"def main():\n    def train_func(config):\n        train(); more()\n{LAUNCHING}"
    )


def test_a_worker_that_leaves_by_an_exit_without_a_status_has_done_its_work() -> None:
    assert body_launched("def main():\n  train()\n", replace(PLAIN, quits=True)).startswith(
        "def main():\n  def train_func():\n    try:\n      train()\n    except SystemExit as stop:\n"
        "      if stop.code:\n        raise\n\n  trainer"
    )
