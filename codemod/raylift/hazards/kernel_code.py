"""Code that only a notebook's kernel can run: it stays in its cell, and must not be part of what the workers run.

`"%% line 3"` stands for a line that Python does not know: a magic, a shell command, a cell in another language.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Case, Finding, NeededImport, Notice, Refusal
from raylift.train_function.cells import CELL_MARK, is_cell_mark, is_notebook

LEFT = ", left as it is: "


def kernel_code(case: Case) -> Iterator[Finding]:
    """Refuse what workers could not run, tell of cells that could not be read, and import what a kernel has by itself."""
    if case.placement is None or not is_notebook(case.script):
        return
    for node in case.placement.entry:
        for part in ast.walk(node):
            _refuse(part)
    yield from (_left(node) for node in case.script.tree.body if is_cell_mark(node) and LEFT in ast.unparse(node))
    entry = [part for node in case.placement.entry for part in ast.walk(node)]
    shown = [part for part in entry if isinstance(part, ast.Name) and part.id == "display"]
    if shown and "display" not in case.script.globals.bindings:
        yield NeededImport("IPython.display", "display")


def _refuse(part: ast.AST) -> None:
    if isinstance(part, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
        text = "the training waits for something with `await` outside of any function, which only a kernel can"
        raise Refusal(part.lineno, "RL331", text, "put it into a function that `asyncio.run` is given")
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.startswith(CELL_MARK):
        text = "a magic or a shell command stands amid code that moves to the workers, who have no kernel"
        raise Refusal(
            part.lineno, "RL331", text, "put it into a cell of its own, or write it in Python, as `subprocess.run(...)`"
        )


def _left(node: ast.stmt) -> Notice:
    said = ast.literal_eval(ast.unparse(node)).partition(LEFT)[2]
    return Notice(
        node.lineno, "RL238", f"Python cannot read this cell, so it was left as it is: {said}", "mend it and lift again"
    )
