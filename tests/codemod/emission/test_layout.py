"""A call that loses arguments stays laid out as it was, and loses no comment on what stays."""

from __future__ import annotations

import libcst as cst
import pytest
from tests.codemod.lifting import lifted

from raylift.edits.functions import add_parameter

HEAD = "from transformers import Trainer, TrainingArguments\n\n\ndef main():\n    args = TrainingArguments("


def left(written: str) -> str:
    """What stands between the brackets of TrainingArguments after the lift."""
    code = lifted(f"{HEAD}{written})\n    Trainer(1, args).train()\n\n\nmain()\n")
    return code.split("args = TrainingArguments(")[1].split(")\n    prepare")[0]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("overwrite_output_dir=True", ""),
        ("\n        overwrite_output_dir=True,\n    ", ""),
        ("a=1, overwrite_output_dir=True,\n        b=2,\n    ", "a=1,\n        b=2,\n    "),
        ("\n        a=1,\n        overwrite_output_dir=True, b=2,\n    ", "\n        a=1,\n        b=2,\n    "),
        ("\n        a=1,\n        overwrite_output_dir=True\n    ", "\n        a=1\n    "),
        ("\n        a=1,\n        overwrite_output_dir=True", "\n        a=1"),
        ("\n        a=1,\n        overwrite_output_dir=True,\n    ", "\n        a=1,\n    "),
        ("overwrite_output_dir=True, a=1,\n        b=2", "a=1,\n        b=2"),
    ],
)
def test_lines_stay_lines(written: str, becomes: str) -> None:
    assert left(written) == becomes


@pytest.mark.parametrize(
    "gone", ["overwrite_output_dir=True,", "overwrite_output_dir=True,  # gone", "overwrite_output_dir=True, fp16_opt_level=1,"]
)
def test_comments_on_what_stays_are_kept(gone: str) -> None:
    first = f"\n        {gone}\n        # about a\n        a=1,  # one\n    "
    assert left(first) == "\n        # about a\n        a=1,  # one\n    "
    middle = f"\n        a=1,  # one\n        {gone}\n        # about b\n        b=2,  # two\n    "
    assert left(middle) == "\n        a=1,  # one\n        # about b\n        b=2,  # two\n    "
    both = f"\n        a=1,\n        # about what goes\n        {gone}\n        # about b\n        b=2,\n    "
    assert left(both) == "\n        a=1,\n        # about what goes\n        # about b\n        b=2,\n    "
    last = f"\n        a=1,  # one\n        {gone.replace(',  #', '  #').rstrip(',')}\n    "
    assert left(last) == "\n        a=1  # one\n    "


def test_what_changes_is_found_behind_letters_of_several_bytes() -> None:
    options = "{'run_name': 'größer, 大', 'evaluation_strategy': 'no', 'no_cuda': True}"
    code = lifted(f"{HEAD}**{options})\n    Trainer(1, args).train()\n\n\nmain()\n")
    assert "{'run_name': 'größer, 大', \"eval_strategy\": 'no', \"use_cpu\": True}" in code


def test_a_comment_keeps_the_bracket_off_its_line() -> None:
    assert left("a=1,  # one\n        overwrite_output_dir=True") == "a=1  # one\n        "


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("self", "self, n=None"),
        ("\n    self\n", "\n    self,\n    n=None\n"),
        ("self, model, inputs", "self, model, inputs, n=None"),
        ("self, model, inputs, ", "self, model, inputs, n=None, "),
        ("\n    self,\n    model,\n    inputs\n", "\n    self,\n    model,\n    inputs,\n    n=None\n"),
        ("\n    self,\n    model,\n    inputs,\n", "\n    self,\n    model,\n    inputs,\n    n=None,\n"),
        ("\n    self, model, inputs\n", "\n    self, model, inputs, n=None\n"),
        ("self,\n      model,\n      inputs", "self,\n      model,\n      inputs,\n      n=None"),
        ("self, model,\n      inputs, more=1", "self, model,\n      inputs, more=1, n=None"),
        ("\n    self,\n    a,  # one\n    b  # two\n", "\n    self,\n    a,  # one\n    b,  # two\n    n=None\n"),
        (
            "\n    self,\n    a,  # one\n    # about the rest\n    *b\n",
            "\n    self,\n    a,  # one\n    # about the rest\n    *b,\n    n=None\n",
        ),
        ("self, a, *, b", "self, a, n=None, *, b"),
        ("self, a, *args", "self, a, *args, n=None"),
        ("self, *args, b=1, c", "self, *args, b=1, c, n=None"),
        ("self, *args, b=1, **more", "self, *args, b=1, n=None, **more"),
    ],
)
def test_an_added_parameter_stands_as_the_others_do(written: str, becomes: str) -> None:
    function = cst.parse_statement(f"def f({written}):\n    pass\n")
    added = add_parameter("n=None")(function)
    assert isinstance(added, cst.FunctionDef)
    assert cst.Module([added]).code == f"def f({becomes}):\n    pass\n"
