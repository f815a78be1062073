"""Lines that only a kernel reads stand aside, and come back as they were."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.notebooks.masks import masked, unmasked

MAGICS = (
    "!ls -l",
    "%env A=1",
    "%matplotlib inline",
    "?print",
    "print?",
    "Trainer.train??",
    "!pip install \\\n  peft",
    "%timeit 'a' + \"b",
)
PYTHON = (
    "x = 1 % 2", "text = '''\n!no magic\n%none\n'''", "call(\n    a\n    % b,\n)", "x = a \\\n    % b", "# !ls", "s = '\\'!ls'",
    "f = f\"{'!'}\"", "if x != 1:\n    pass", "d = {\n  'a':\n  [1],\n}", "y = 'it\\'s' # don't",
)  # fmt: skip


@pytest.mark.parametrize("line", MAGICS)
def test_a_magic_is_masked_and_comes_back(line: str) -> None:
    source = f"a = 1\n{line}\nb = 2\n"
    cell = masked(source, 7)
    assert len(ast.parse(cell.code).body) == 3
    assert list(cell.masks) == [7]
    assert unmasked(cell.code, cell.masks) == source


def test_a_magic_in_a_block_keeps_the_block() -> None:
    source = "if a:\n    !ls\n"
    cell = masked(source, 1)
    assert [type(node) for node in ast.parse(cell.code).body] == [ast.If]
    assert unmasked(cell.code, cell.masks) == source


@pytest.mark.parametrize("line", PYTHON)
def test_python_is_not_masked(line: str) -> None:
    assert masked(f"{line}\nz = 3\n", 1) == (f"{line}\nz = 3\n", {})


@pytest.mark.parametrize(("line", "bound"), [("files = !ls", "files"), ("t = %time f()", "t"), ("a, b = !ls", "a")])
def test_what_a_magic_gives_is_bound(line: str, bound: str) -> None:
    cell = masked(line, 1)
    (assign,) = ast.parse(cell.code).body
    assert isinstance(assign, ast.Assign)
    assert bound in ast.unparse(assign.targets[0])
    assert unmasked(cell.code, cell.masks) == line


@pytest.mark.parametrize("line", ["%time f(a)", "%timeit -n 3 f(a)", "%time b = f(a)"])
def test_what_a_magic_times_is_read_and_stands_under_it_again(line: str) -> None:
    cell = masked(f"{line}\n", 4)
    assert cell.code.endswith("  # %% line 4\n")
    assert "f(a)" in ast.unparse(ast.parse(cell.code))
    assert unmasked(cell.code, cell.masks) == f"{line}\n"
    assert unmasked(f"def g():\n    {cell.code}", cell.masks) == f"def g():\n    {cell.code.partition('  #')[0]}\n"


def test_the_names_that_a_shell_line_reads_are_known() -> None:
    assert masked("!ls {folder} $other ${1}\n", 1).code == '"%% line 1, reads folder other"\n'


@pytest.mark.parametrize("magic", ["time", "capture out", "timeit -n 1"])
def test_a_cell_of_python_under_a_magic_is_read(magic: str) -> None:
    cell = masked(f"%%{magic}\nx = 1\n", 1)
    assert [type(node) for node in ast.parse(cell.code).body] == [ast.Expr, ast.Assign]


@pytest.mark.parametrize("source", ["%%bash\nls | grep x\n", "%%writefile train.py\nimport torch\n", "%%html\n<b>\n"])
def test_a_cell_in_another_language_stands_aside_as_a_whole(source: str) -> None:
    cell = masked(source, 3)
    assert cell.code == '"%% line 3"\n'
    assert unmasked(cell.code, cell.masks) == source


def test_a_broken_cell_stands_aside_with_the_reason() -> None:
    cell = masked('f(\n"a', 1)
    assert cell.code.startswith('"%% line 1, left as it is: ')
    assert len(ast.parse(cell.code).body) == 1
    assert unmasked(cell.code, cell.masks) == 'f(\n"a'


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.sampled_from([*MAGICS, *PYTHON, "", "x = !ls", "def f():\n    return 1", "('"]), max_size=6))
def test_any_cell_is_python_when_it_is_masked_and_itself_again_afterwards(lines: list[str]) -> None:
    source = "\n".join(lines)
    cell = masked(source, 1)
    ast.parse(cell.code)
    assert unmasked(cell.code, cell.masks) == source
