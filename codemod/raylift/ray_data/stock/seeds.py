"""The seed that a script sets before it makes a loader, for batches of stock Ray, which shuffle by no other.

set_seed(args.seed)
loader = DataLoader(rows, shuffle=True)      iter_torch_batches(..., local_shuffle_seed=args.seed)
"""

from __future__ import annotations

import ast

from raylift.script import Script
from raylift.script.expressions import written
from raylift.script.syntax import siblings

SET_SEED = (
    "accelerate.utils.set_seed", "accelerate.utils.random.set_seed", "transformers.set_seed", "transformers.trainer_utils.set_seed",
)  # fmt: skip


def seed_before(script: Script, loader: ast.Call) -> str | None:
    """The seed of the last `set_seed` that has surely run in the same function by then, where it can be read once more."""
    seeds = [
        (call.lineno, seed)
        for call in script.calls_to(*SET_SEED)
        if (seed := _seed(call)) and _surely_ran(script, call, seed, loader)
    ]
    last = max(seeds, key=lambda each: each[0], default=None)
    return None if last is None else written(script, last[1])


def _surely_ran(script: Script, call: ast.Call, seed: ast.expr, loader: ast.Call) -> bool:
    statement = script.statement(call)
    is_apart = isinstance(statement, ast.Expr) and statement.value is call
    if not is_apart or call.lineno >= loader.lineno or script.function(call) is not script.function(loader):
        return False
    condition = script.parent(statement)
    if isinstance(condition, ast.If) and statement in condition.body and _asks_for(condition.test, seed):
        statement = condition
    after = siblings(script, statement)
    return any(each in after for each in (script.statement(loader), *script.enclosing(loader)))


def _seed(call: ast.Call) -> ast.expr | None:
    """What is given as the seed, if that reads the same a few lines below: a number, a name or an entry of one."""
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "seed")]
    seed = given[0] if given else None
    held = seed
    while isinstance(held, ast.Attribute) or (isinstance(held, ast.Subscript) and isinstance(held.slice, ast.Constant)):
        held = held.value
    return seed if isinstance(held, (ast.Constant, ast.Name)) else None


def _asks_for(test: ast.expr, seed: ast.expr) -> bool:
    """Whether a condition is only that there is a seed: without one Ray is given None, which is none."""
    return ast.unparse(test) in (ast.unparse(seed), f"{ast.unparse(seed)} is not None")
