"""Which functions and methods of the script a call may run."""

from __future__ import annotations

import ast

from raylift.script import Script
from raylift.script.functions import called_functions


def called(source: str, lib: str = "") -> list[str]:
    """The names of the functions that the last call of a script may run, with `lib` beside it."""
    script = Script(source.encode(), lambda name, level: lib.encode() if name == "lib" else None)
    return [
        value.node.name for value in called_functions(script, script.all(ast.Call)[-1]) if isinstance(value.node, ast.FunctionDef)
    ]


MENU = "class Menu:\n    def run(self):\n        pass\n"


def test_a_method_of_what_the_script_makes_is_found() -> None:
    assert called(f"{MENU}menu = Menu()\nmenu.run()\n") == ["run"]


def test_an_object_that_a_neighbour_makes_is_looked_up_there() -> None:
    assert called("from lib import menu\nmenu.run()\n", f"import kinds\n{MENU}menu = kinds.Menu()\n") == []
