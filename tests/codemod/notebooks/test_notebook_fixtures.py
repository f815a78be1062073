"""Whole notebooks, saved by several programs: each becomes its `after.ipynb`, for both runtimes, with the notices kept beside it."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from tests.conftest import Expected
from tests.shapes import ROOT, told

from raylift.notebooks.cell_text import CellText
from raylift.notebooks.document import Notebook
from raylift.notebooks.rewrite import rewrite_notebook
from raylift.outcome import Rewritten, Untouched
from raylift.result_check.names import undefined
from raylift.result_check.parsed_bytes import ParsedBytes
from raylift.settings import Settings

FOLDERS = {path.parent.name: path.parent for path in sorted((ROOT / "fixtures/notebooks").glob("*/before.ipynb"))}
SHAPES = [shape for shape in FOLDERS if shape != "julia"]
AFTER: dict[Literal["raylift", "ray"], str] = {"raylift": "after.ipynb", "ray": "after_ray.ipynb"}


@pytest.mark.parametrize("runtime", AFTER)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_notebook_becomes_what_its_fixture_says(shape: str, runtime: Literal["raylift", "ray"], expected: Expected) -> None:
    outcome = rewrite_notebook((FOLDERS[shape] / "before.ipynb").read_bytes(), Settings(runtime=runtime))
    assert isinstance(outcome, Rewritten), outcome
    expected(FOLDERS[shape] / AFTER[runtime], outcome.code)
    if runtime == "raylift":
        expected(FOLDERS[shape] / "notices.txt", told(outcome).encode())


@pytest.mark.parametrize("runtime", AFTER)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_notebook_is_left_alone(shape: str, runtime: Literal["raylift", "ray"]) -> None:
    assert isinstance(rewrite_notebook((FOLDERS[shape] / AFTER[runtime]).read_bytes(), Settings(runtime=runtime)), Untouched)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_lift_does_not_change_of_a_notebook_keeps_its_bytes(shape: str) -> None:
    before, after = (Notebook((FOLDERS[shape] / name).read_bytes()) for name in ("before.ipynb", "after.ipynb"))
    old = {before.text[cell.whole.start : cell.whole.end] for cell in before.cells}
    new = [after.text[cell.whole.start : cell.whole.end] for cell in after.cells]
    kept = [text for text in new if text in old]
    assert [text for text in new if json.loads(text)["cell_type"] != "code"] == [
        t for t in kept if json.loads(t)["cell_type"] != "code"
    ]
    for text in new:
        if text not in old:
            cell = json.loads(text)
            assert cell["outputs"] == []
            assert cell.get("execution_count") is cell.get("prompt_number") is None
    last = max((cell.whole.end for cell in before.cells), default=0)
    assert after.text.endswith(before.text[last:])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_notebook_reads_no_name_that_nothing_binds(shape: str) -> None:
    before, after = (CellText(Notebook((FOLDERS[shape] / name).read_bytes())).source for name in ("before.ipynb", "after.ipynb"))
    assert undefined(ParsedBytes(after)) <= undefined(ParsedBytes(before))


@pytest.mark.parametrize("runtime", AFTER)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_lifted_notebook_is_valid(shape: str, runtime: Literal["raylift", "ray"]) -> None:
    nbformat = pytest.importorskip("nbformat")
    made = json.loads((FOLDERS[shape] / AFTER[runtime]).read_bytes())
    nbformat.validate(made, version=made["nbformat"])
