"""A training in epochs whose body each test writes, and what its lift reports."""

from __future__ import annotations

import ast
import textwrap

LOOP = """\
from accelerate import Accelerator
import evaluate
import os
import random


def train(args, model, loader, eval_loader):
    accelerator = Accelerator()
    metric = evaluate.load("accuracy")
    model, loader, eval_loader = accelerator.prepare(model, loader, eval_loader)
{before}
    for epoch in range(args.epochs):
        for step, batch in enumerate(loader):
            loss = model(batch)
            accelerator.backward(loss)
{body}


if __name__ == "__main__":
    train(*build())
"""


def script(body: str = "", before: str = "") -> str:
    """A training whose epochs end with `body`."""
    return LOOP.format(before=textwrap.indent(before, " " * 4), body=textwrap.indent(body, " " * 8))


def line_of(code: str, text: str) -> str:
    """The one line that holds a text, without its indent."""
    (found,) = [line.strip() for line in code.splitlines() if text in line]
    return found


def metrics_of(code: str) -> str:
    """What the one report of a lifted script reports."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "report"]
    (call,) = calls
    return ast.unparse(call.args[0])
