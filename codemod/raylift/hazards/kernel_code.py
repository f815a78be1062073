"""Code that only a notebook's kernel can run: it stays in its cell, and must not be part of what the workers run.

`"%% line 3"` stands for a line that Python does not know: a magic, a shell command, a cell in another language.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Case, Finding, NeededImport, Notice, Placement, Refusal
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS
from raylift.train_function.cell_calls import PICTURED, SAVED, calls_any
from raylift.train_function.cell_marks import CELL_MARK, is_notebook, mark_of, names_in_mark
from raylift.train_function.statements import statements

LEFT = ", left as it is: "
TIMED = ", timed"


def kernel_code(case: Case) -> Iterator[Finding]:
    """Refuse what workers could not run, tell of what is not as it was in the kernel, and import what that has by itself."""
    if case.placement is None or not is_notebook(case.script):
        return
    entry = [part for node in case.placement.entry for part in _run(node)]
    for part in entry:
        _refuse(part)
    yield from (_left(node) for node in case.script.tree.body if LEFT in mark_of(node))
    yield from _reading_what_moved(case.script, case.placement)
    yield from _unseen_pictures(case.script, case.placement)
    shown = [part for part in entry if isinstance(part, ast.Name) and part.id == "display"]
    if shown and "display" not in case.script.globals.bindings:
        yield NeededImport("IPython.display", "display")


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement; of functions that may wait only the rest, as they are called elsewhere."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [] if isinstance(part, ast.AsyncFunctionDef) else ast.iter_child_nodes(part)


def _reading_what_moved(script: Script, placement: Placement) -> Iterator[Notice]:
    """Code that stays and reads what only the train function binds now: cells out of order, and lines of the kernel."""
    moved = set(placement.moved)
    every = statements(script)
    stays = {name for statement in every if statement.node not in moved for name in statement.binds}
    gone = {name for statement in every if statement.node in moved for name in statement.binds} - stays
    for statement in every:
        node = statement.node
        read = (statement.reads_now | statement.reads_later) & gone
        if read and node not in moved:
            text = f"`{min(read)}` is read here, and made by a cell below that moves to the workers"
            raise Refusal(node.lineno, "RL332", text, "put the cells into the order in which they are run")
        for name in sorted(names_in_mark(node) & gone):
            text = f"this line reads `{name}`, which only the workers have now"
            yield Notice(
                node.lineno, "RL239", text, "set it in a cell above as well, or let the train function do this in Python"
            )


def _unseen_pictures(script: Script, placement: Placement) -> Iterator[Notice]:
    """The first picture that is only drawn where nobody sees it."""
    moved = [node for node in placement.moved if not isinstance(node, DEFINITIONS)]
    if any(calls_any(script, node, SAVED) for node in moved):
        return
    for node in moved:
        if calls_any(script, node, PICTURED):
            remedy = "save it there with `savefig`, or draw it in a cell below the launcher from `result.metrics_dataframe`"
            yield Notice(node.lineno, "RL240", "the workers draw this picture, and have no cell to show it in", remedy)
            return


def _refuse(part: ast.AST) -> None:
    if isinstance(part, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
        text = "the training waits for something with `await` outside of any function, which only a kernel can"
        raise Refusal(part.lineno, "RL331", text, "put it into a function that `asyncio.run` is given")
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and _stands_for_a_magic(part.value):
        text = "a magic or a shell command stands amid code that moves to the workers, who have no kernel"
        raise Refusal(
            part.lineno, "RL331", text, "put it into a cell of its own, or write it in Python, as `subprocess.run(...)`"
        )


def _stands_for_a_magic(text: str) -> bool:
    """Whether a string stands for what only a kernel runs; what only times the code below it may be left out."""
    return text.startswith(CELL_MARK) and not text.endswith(TIMED)


def _left(node: ast.stmt) -> Notice:
    said = mark_of(node).partition(LEFT)[2]
    return Notice(
        node.lineno, "RL238", f"Python cannot read this cell, so it was left as it is: {said}", "mend it and lift again"
    )
