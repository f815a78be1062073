"""Lines of a cell that belong together are read together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.notebooks.logical_lines import logical_lines, magic_in

TOGETHER = (
    "call(\n    a,\n)\n",
    "s = 'a\\\n!ls'\n",
    't = """\n%no magic\n"""\n',
    "x = a \\\n    % b\n",
    "!pip install \\\n    peft\n",
    "d = [  # '\n    1,\n]\n",
)
ALONE = ("s = '['  # (\n", "s = \"'''\"\n", "a = 'never closed\n", "# (\n", "x = (1)\n", "%time f(\n")


@pytest.mark.parametrize("line", [*TOGETHER, *ALONE])
def test_a_statement_goes_on_while_something_is_open(line: str) -> None:
    assert list(logical_lines(f"a = 1\n{line}b = 2\n")) == ["a = 1\n", line, "b = 2\n"]


def test_a_backslash_before_a_blank_line_ends_there() -> None:
    assert list(logical_lines("a = 1 \\\n\n!ls\n")) == ["a = 1 \\\n\n", "!ls\n"]


@pytest.mark.parametrize(("line", "left"), [("!ls", ""), ("  %cd a", "  "), ("files = !ls", "files = "), ("print?", "")])
def test_what_a_kernel_takes_is_told_from_what_stands_before_it(line: str, left: str) -> None:
    assert magic_in(line) == (left, line[len(left) :])


@pytest.mark.parametrize("line", ["x = a % b", "x != 1", "a = 1"])
def test_python_is_no_magic(line: str) -> None:
    assert magic_in(line) is None


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.sampled_from([*"a(['\"\\\n#!% ", '"""', "'''"]), max_size=30).map("".join))
def test_no_character_is_lost(source: str) -> None:
    assert "".join(logical_lines(source)) == source
