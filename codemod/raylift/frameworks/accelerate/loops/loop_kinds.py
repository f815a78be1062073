"""Which loops go over epochs and which over data."""

from __future__ import annotations

import ast
import re

from raylift.script.syntax import call_name

Loop = ast.For | ast.AsyncFor | ast.While
LOOPS = (ast.For, ast.AsyncFor, ast.While)
DATA = re.compile(r"(loader|batch(es)?|dataset|data|iterator|samples|(^|_)dl|micro\w*|chunks?)$", re.IGNORECASE)
EPOCH = re.compile(r"epoch", re.IGNORECASE)
PARTS = re.compile(r"accum|micro", re.IGNORECASE)
STEPS = re.compile(r"step|batch|iter", re.IGNORECASE)


def names_epochs(loop: Loop) -> bool:
    """Whether a loop says that it goes over epochs."""
    if isinstance(loop, ast.While):
        return bool(EPOCH.search(ast.unparse(loop.test)))
    target = ast.unparse(loop.target)
    if EPOCH.search(target):
        return True
    numbers = call_name(_unwrapped(loop.iter)) in ("range", "trange", "count")
    return numbers and bool(EPOCH.search(ast.unparse(loop.iter))) and not STEPS.search(target + ast.unparse(loop.iter))


def accumulates(loop: Loop) -> bool:
    """Whether a loop goes over the parts of one step."""
    return isinstance(loop, ast.For) and call_name(loop.iter) == "range" and bool(PARTS.search(ast.unparse(loop.iter)))


def counts_steps(loop: Loop) -> bool:
    """Whether a loop says that each of its iterations is one step."""
    if isinstance(loop, ast.While):
        return bool(STEPS.search(ast.unparse(loop.test))) and not names_epochs(loop)
    numbers = call_name(_unwrapped(loop.iter)) in ("range", "trange", "count")
    return numbers and bool(STEPS.search(f"{ast.unparse(loop.target)} {ast.unparse(loop.iter)}"))


def counts(loop: ast.For) -> bool:
    """Whether a loop goes over numbers: each is the number of a round, where names or settings are none."""
    iterable = _unwrapped(loop.iter)
    in_bar = isinstance(iterable, ast.Name) and iterable.id.endswith(("bar", "epochs", "range"))
    return in_bar or call_name(iterable) in ("range", "trange", "count", "arange") or names_epochs(loop)


def first_and_end(loop: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """From where to where a loop counts that may have nothing left to do, as after a resume: `range(start, steps)`."""
    numbers = _unwrapped(loop.iter) if isinstance(loop, ast.For) else None
    if not isinstance(numbers, ast.Call) or call_name(numbers) not in ("range", "trange") or len(numbers.args) != 2:
        return None
    first, end = numbers.args
    return None if isinstance(first, ast.Constant) else (first, end)


def is_over_data(loop: Loop) -> bool:
    """Whether a loop goes over what a dataloader gives."""
    if isinstance(loop, ast.While):
        return False
    iterable = _unwrapped(loop.iter)
    if isinstance(iterable, ast.Call):
        return bool(DATA.search(call_name(iterable)))
    return bool(DATA.search(ast.unparse(iterable))) or bool(DATA.search(ast.unparse(loop.target)))


def _unwrapped(iterable: ast.expr) -> ast.expr:
    """What `tqdm(enumerate(x))` goes through."""
    while call_name(iterable) in (
        "enumerate",
        "tqdm",
        "iter",
        "zip",
        "cycle",
        "islice",
        "skip_first_batches",
        "resumable",
        "track",
    ):
        assert isinstance(iterable, ast.Call)
        if not iterable.args:
            break
        iterable = iterable.args[0]
    return iterable
