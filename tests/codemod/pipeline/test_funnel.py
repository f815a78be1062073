from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raylift.pipeline.funnel import NotPython, can_matter

HEAVY = {
    "libcst",
    "typer",
    "click",
    "rich",
    "pydantic",
    "dataclasses",
    "ast",
    "argparse",
    "pathlib",
    "subprocess",
    "ray",
    "torch",
}


@pytest.mark.parametrize(
    "source",
    [
        b"import transformers",
        b"from transformers import Trainer as T",
        b"if x:\n    def f():\n        from accelerate import Accelerator",
        b"try:\n    import accelerate\nexcept ImportError:\n    pass",
        b"from ray import air",
        b"import ray\nray.air.session.report({})",
        b"from ray.train.huggingface import TransformersTrainer",
        b"from trl import SFTTrainer",
        b"from sentence_transformers import SentenceTransformer",
        b"from .my_trainer import MyTrainer",
        b"import mine\nmine.MyTrainer(x)",
        b"from .lib import make_trainer",
        b"from .lib import make_accelerator",
        b"from .lib import build\nbuild().train(resume_from_checkpoint=None)",
        b"from .lib import build\nacc = build()\nacc.unwrap_model(model)",
        b"from ray.ml.train.integrations.huggingface import HuggingFaceTrainer",
        b"from ray.util.sgd.torch import TorchTrainer",
        b"from trainers import build",
        b"import trainers",
        b"match x:\n    case 1:\n        import transformers",
        "# -*- coding: latin-1 -*-\nimport transformers  # \xe9".encode("latin-1"),
        b"\xef\xbb\xbfimport transformers\r\n",
    ],
)
def test_a_file_that_imports_a_source_matters(source: bytes) -> None:
    assert can_matter(source, explicit=False)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"print('transformers')",
        b"# accelerate this",
        b"import my_transformers",
        b"from sklearn.compose import transformers",
        b"class Trainer: ...",
    ],
)
def test_a_file_that_only_names_one_does_not(source: bytes) -> None:
    assert not can_matter(source, explicit=True)


def test_a_file_that_the_user_named_may_import_what_trains() -> None:
    assert can_matter(b"from mine import fit\nfit().train()", explicit=True)
    assert not can_matter(b"from mine import fit\nfit().train()", explicit=False)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (b"x = (\n", 1, "never closed"),
        (b"# coding: no-such-codec\nx = 1\n", 0, "encoding"),
        (b"x = 1\0", 0, "NUL"),
        (b"x = '\xff'", 0, "utf-8"),
        (b"(" * 5000, 0, ""),
        (b"-" * 200_000 + b"1", 0, "nested too deeply"),
    ],
)
def test_what_is_not_python_is_told_in_one_line(source: bytes, line: int, words: str) -> None:
    with pytest.raises(NotPython) as caught:
        can_matter(source, explicit=True)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.line >= line


def test_a_broken_file_that_cannot_matter_is_nobodys_business_in_a_folder() -> None:
    assert not can_matter(b"print 'python 2'", explicit=False)


def test_a_broken_file_that_could_matter_is_told_in_a_folder_too() -> None:
    with pytest.raises(NotPython):
        can_matter(b"import transformers\nprint 'python 2'", explicit=False)


def test_warnings_of_the_script_stay_with_the_script(recwarn: pytest.WarningsRecorder) -> None:
    can_matter(b"x = '\\d'\nimport transformers", explicit=True)
    assert not recwarn.list


@given(st.binary(max_size=200), st.sampled_from([b"", b"import transformers\n", b"# coding: utf-16\n"]))
def test_any_bytes_are_answered_or_told(source: bytes, start: bytes) -> None:
    told = "nothing"
    try:
        can_matter(start + source, explicit=True)
    except NotPython as error:
        told = str(error)
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["check", __file__], ["check", "{tmp}"], ["diff", __file__], ["rewrite", __file__]])
def test_a_file_that_cannot_matter_loads_nothing_heavy(arguments: list[str], tmp_path: object) -> None:
    program = f"import sys, raylift.cli as c\nsys.argv = ['raylift', *{arguments!r}]\n"
    (tmp := tmp_path / "a.py").write_text("x = 1")  # type: ignore[operator]
    program = program.replace("{tmp}", str(tmp_path)).replace(__file__, str(tmp))
    program += f"print(c.main() if {arguments!r} else 0)\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["0", "[]"]
