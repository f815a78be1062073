"""A function that becomes another one keeps its docstring first, and its comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import pytest

from raylift.edits.functions import add_parameters, become_train_function, begin_with

if TYPE_CHECKING:
    from raylift.plan import Change


def function_changed(code: str, change: Change) -> str:
    """A function after a change to it."""
    return cst.Module([cst.ensure_type(change(cst.parse_statement(code)), cst.FunctionDef)]).code


@pytest.mark.parametrize("top", ["", '    """Trains."""\n'])
@pytest.mark.parametrize("parameters", ["", "a, b=1", "\n    a,\n    *b,\n"])
def test_a_train_function_takes_what_ray_gives_and_binds_the_rest_first(top: str, parameters: str) -> None:
    function = f"def init({parameters}) -> T:\n{top}    # why\n    return a\n"
    bound = become_train_function("train_func", "", ["a = 1", "b = 2"])
    assert function_changed(function, bound) == f"def train_func():\n{top}    a = 1\n    b = 2\n    # why\n    return a\n"
    assert (
        function_changed(function, become_train_function("f", "config", [])) == f"def f(config):\n{top}    # why\n    return a\n"
    )
    assert function_changed(function, begin_with(["x", "y"])) == function.replace("    # why\n", "    x\n    y\n    # why\n")


def test_several_parameters_are_added_in_their_order() -> None:
    assert (
        function_changed("def f(self):\n    a\n", add_parameters(["b=None", "c=None"])) == "def f(self, b=None, c=None):\n    a\n"
    )
    assert function_changed("def f(): ...\n", add_parameters(["b=None"])) == "def f(b=None): ...\n"
