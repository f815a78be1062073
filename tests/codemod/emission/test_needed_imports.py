"""Where the imports that a lift needs stand."""

from __future__ import annotations

import libcst as cst
import pytest
from tests.codemod.lifting import lifted

from raylift.emission.needed_imports import with_imports
from raylift.plan import NeededImport

MAIN = "def main():\n    from transformers import Trainer\n    trainer = Trainer()\n    trainer.train()\n\n\nmain()\n"


@pytest.mark.parametrize("above", ["", '"""Trains."""\n', "import os\n", "# about main\n"])
def test_they_stand_above_the_first_function_whatever_is_imported_in_it(above: str) -> None:
    code = lifted(above + MAIN)
    assert code.index("from ray.train import ScalingConfig") < code.index("def main")
    assert code.startswith(above.replace("# about main\n", ""))


def test_settings_between_imports_keep_their_place_until_what_they_are_for_is_imported() -> None:
    head = "import os\nos.environ['HF_HOME'] = '/data'\nos.umask(2)\nos.nice(1)\nfrom transformers import Trainer\n"
    code = lifted(f"{head}trainer = Trainer()\ntrainer.train()\n")
    assert code.startswith(f"{head}\nfrom ray.train")


def with_needed(source: str, *needed: NeededImport) -> str:
    """A module with the imports that it needs, `m` unless told otherwise."""
    module = cst.parse_module(source)
    return module.with_changes(body=with_imports(list(module.body), needed or [NeededImport("m")])).code


@pytest.mark.parametrize("reads", ["import transformers.trainer as t", "import os, transformers.trainer", "from transformers.trainer import T", "from transformers import T"])  # fmt: skip
def test_below_what_reads_settings_imports_are_late_after_three_statements(reads: str) -> None:
    head = f"import os\na\nb\nc\nd\n{reads}\n"
    assert with_needed(f"{head}a\nb\nimport late\n") == f"{head}a\nb\nimport late\n\nimport m\n"
    assert with_needed(f"{head}a\nb\nc\nimport late\n") == f"{head}\nimport m\n\na\nb\nc\nimport late\n"


@pytest.mark.parametrize(
    "other", ["import os", "from .transformers import T", "from . import transformers", "import lib.transformers"]
)
def test_below_other_imports_none_is_late(other: str) -> None:
    assert with_needed(f"{other}\na\nb\nc\nd\nimport late\n").endswith("d\nimport late\n\nimport m\n")


@pytest.mark.parametrize("head", ["import os\n", '"""Trains."""\n', '"Trains" "it."\n'])
@pytest.mark.parametrize(
    ("rest", "below"),
    [
        ("", ""),
        ("x = 1\n", "\nx = 1\n"),
        ("\n\n\nx = 1\n", "\n\n\nx = 1\n"),
        ("# about x\n\nx = 1\n", "\n# about x\n\nx = 1\n"),
        ("def f(): import late\n", "\n\ndef f(): import late\n"),
        ("\nclass A:\n    x = 1\nimport late\n", "\n\nclass A:\n    x = 1\nimport late\n"),
        ("'text'\n", "\n'text'\n"),
    ],
)
def test_needed_imports_stand_apart_from_what_is_around_them(head: str, rest: str, below: str) -> None:
    assert with_needed(head + rest) == f"{head}\nimport m\n{below}"
    assert with_needed("x = 1\n") == "import m\n\nx = 1\n"


def test_needed_imports_are_in_order_and_there_once() -> None:
    needed = [
        NeededImport("z", "b"),
        NeededImport("sys"),
        NeededImport("z", "a"),
        NeededImport("z"),
        NeededImport("ast"),
        NeededImport("z", "b"),
    ]
    assert with_needed("import os\n", *needed) == "import os\n\nimport ast\nimport sys\nimport z\nfrom z import a, b\n"
