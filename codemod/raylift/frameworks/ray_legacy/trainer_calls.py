"""A call of one of Ray's removed trainers, with its arguments by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.edits.calls import HOLE, Argument
from raylift.frameworks.ray_legacy.legacy_names import CONFIGURATIONS
from raylift.plan import NeededImport, Refusal
from raylift.script import Script, ScriptNode, Value


@dataclass(frozen=True, slots=True)
class LegacyCall:
    """The call, what it runs on each worker, and its other arguments; None-valued ones count as absent."""

    node: ast.Call
    run: ast.expr
    has_positional: bool
    given: dict[str, ast.expr]

    @property
    def line(self) -> int:
        return self.node.lineno


FUNCTION_KEYWORDS = ("trainer_init_per_worker", "train_loop_per_worker")


def legacy_call(script: Script, call: ast.Call) -> LegacyCall:
    """Read a call; raises Refusal where its arguments are not in sight."""
    if any(keyword.arg is None for keyword in call.keywords) or any(isinstance(arg, ast.Starred) for arg in call.args):
        text = f"the arguments of `{ast.unparse(call.func)}` come from a dict or a list"
        raise Refusal(call.lineno, "RL328", text, "write them out in the call")
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    run = call.args[0] if call.args else next((given.pop(name) for name in FUNCTION_KEYWORDS if name in given), None)
    if run is None or (isinstance(run, ast.Constant) and run.value is None):
        text = f"`{ast.unparse(call.func)}` is given no function to run"
        raise Refusal(call.lineno, "RL328", text, "give it one")
    statement = script.statement(call)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)) or _is_deferred(script, call, statement):
        text = f"`{ast.unparse(call.func)}` is called inside a larger statement"
        raise Refusal(call.lineno, "RL327", text, "assign the trainer to a variable in a line of its own")
    return LegacyCall(call, run, bool(call.args), given)


def _is_deferred(script: Script, call: ast.Call, statement: ast.stmt) -> bool:
    inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for holder in script.enclosing(call):
        if holder is statement:
            return False
        if isinstance(holder, inner):
            return True
    return False


def as_configurations(call: LegacyCall, changed: dict[int | str, Argument | None]) -> Iterator[NeededImport]:
    """Configurations that are given as dicts, which Ray 2.0 took: today they are objects."""
    for keyword, name in CONFIGURATIONS.items():
        if isinstance(call.given.get(keyword), ast.Dict):
            changed[keyword] = Argument(keyword, f"{name}(**{HOLE})")
            yield NeededImport("ray.train", name)


def is_none(value: ast.expr | None) -> bool:
    """Whether an argument is absent or a literal None."""
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def only_value(script: Script, expression: ast.expr) -> Value | None:
    """What an expression stands for, if that is one thing only."""
    values = list(script.values(expression))
    return values[0] if len(values) == 1 else None


def only_node(script: Script, expression: ast.expr) -> ScriptNode | None:
    """The one node in sight that an expression stands for."""
    value = only_value(script, expression)
    return value if isinstance(value, ScriptNode) else None
