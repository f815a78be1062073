"""Lines that only a kernel reads stand aside, and come back as they were."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.notebooks.kernel_lines import names_given, runs_something
from raylift.notebooks.masks import masked, unmasked, untimed

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
    cell = masked(f"{line}\nz = 3\n", 1)
    assert (cell.code, cell.masks) == (f"{line}\nz = 3\n", {})


@pytest.mark.parametrize(("line", "bound"), [("files = !ls", "files"), ("t = %sx f()", "t"), ("a, b = !ls", "a")])
def test_what_a_magic_gives_is_bound(line: str, bound: str) -> None:
    cell = masked(line, 1)
    (assign,) = ast.parse(cell.code).body
    assert isinstance(assign, ast.Assign)
    assert bound in ast.unparse(assign.targets[0])
    assert unmasked(cell.code, cell.masks) == line


@pytest.mark.parametrize("magic", ["time", "capture out", "timeit -n 1"])
def test_a_cell_of_python_under_a_magic_is_read(magic: str) -> None:
    cell = masked(f"%%{magic}\nx = 1\n", 1)
    assert [type(node) for node in ast.parse(cell.code).body] == [ast.Expr, ast.Assign]


@pytest.mark.parametrize("source", ["%%bash\nls | grep x\n", "%%writefile train.py\nimport torch\n", "%%html\n<b>\n"])
def test_a_cell_in_another_language_stands_aside_as_a_whole(source: str) -> None:
    cell = masked(source, 3)
    assert cell.code in ('"%% line 3"\n', '"%% line 3, runs"\n')
    assert unmasked(cell.code, cell.masks) == source


def test_a_broken_cell_stands_aside_with_the_reason() -> None:
    cell = masked('f(\n"a', 1)
    assert cell.code.startswith('"%% line 1, left as it is: ')
    assert len(ast.parse(cell.code).body) == 1
    assert unmasked(cell.code, cell.masks) == 'f(\n"a'


@pytest.mark.parametrize("line", ["%time f(x)", "%time y = f(x)", "y = %time f(x)", "%timeit -n 3 f(x)", "%time f(1); f(2)"])
def test_code_that_a_magic_times_is_read_and_timed_again_where_it_stays(line: str) -> None:
    source = f"if a:\n    {line}\nb = 2\n"
    cell = masked(source, 1)
    assert line.replace("%time ", "").replace("%timeit -n 3 ", "") in cell.code
    assert cell.lines == (1, 2, 2, 3)
    assert unmasked(cell.code, cell.masks) == source
    assert "time" not in untimed(cell.code)


def test_what_timed_code_that_has_moved_is_gone_with_it() -> None:
    cell = masked("%time f()\ng()\n", 1)
    assert unmasked(cell.code.replace("f()\n", ""), cell.masks) == "g()\n"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("!ls {path}/{name.lower()}", {"path", "name"}),
        ("!du -sh $path $$HOME", {"path"}),
        ("trainer.train?", {"trainer"}),
        ("?model", {"model"}),
        ("%load_ext tensorboard", set()),
        ("%%bash\necho $HOME {a}\n", set()),
        ("!echo '{'", set()),
    ],
)
def test_the_names_that_a_line_is_given_are_known(line: str, names: set[str]) -> None:
    assert names_given(line) == names


@pytest.mark.parametrize("line", ["!pip install peft", "!wget x", "%cd proj", "%%writefile a.txt\nb", "%env A=1"])
def test_a_line_that_later_code_may_wait_for_runs_something(line: str) -> None:
    assert runs_something(line)


@pytest.mark.parametrize("line", ["!ls -l", "!nvidia-smi", "%matplotlib inline", "model?", "%%html\n<b>"])
def test_a_line_that_only_shows_runs_nothing(line: str) -> None:
    assert not runs_something(line)


def test_a_line_knows_its_own_number_below_commands_of_several_lines() -> None:
    assert masked("!pip install \\\n  peft\nx = 1\n", 1).lines == (1, 3)


def test_half_a_character_stands_aside_with_the_reason() -> None:
    cell = masked("x = '\ud83d'\n", 1)
    cell.code.encode()
    assert "half a character" in cell.code
    assert unmasked(cell.code, cell.masks) == "x = '\ud83d'\n"


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.sampled_from([*MAGICS, *PYTHON, "", "x = !ls", "def f():\n    return 1", "('"]), max_size=6))
def test_any_cell_is_python_when_it_is_masked_and_itself_again_afterwards(lines: list[str]) -> None:
    source = "\n".join(lines)
    cell = masked(source, 1)
    ast.parse(cell.code)
    assert unmasked(cell.code, cell.masks) == source
