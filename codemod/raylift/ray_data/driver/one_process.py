"""What a script asks of an Accelerator while it makes data: where that only orders its processes, the driver is one of them.

def rows(accelerator):
    with accelerator.main_process_first():      accelerator = PartialState()
        return load_dataset("x")                return {"train": from_huggingface(rows(accelerator))}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.plan import Refusal
from raylift.ray_data.driver.leaves import Name
from raylift.script import Script, ScriptNode, Value, remembered_for
from raylift.script.functions import given_for
from raylift.script.scopes import FUNCTIONS

STATES = frozenset({"accelerate.PartialState", "accelerate.state.PartialState"})
ORDERING = frozenset({
    "is_last_process", "is_local_main_process", "is_main_process", "local_main_process_first", "main_process_first",
    "on_local_main_process", "on_main_process", "print", "wait_for_everyone",
})  # fmt: skip
"""What a PartialState of one process answers as an Accelerator does."""


@remembered_for
def is_of_processes(script: Script, expression: ast.AST) -> bool:
    """Whether an expression holds an Accelerator, or the state of its processes."""
    if not isinstance(expression, (ast.Name, ast.Attribute, ast.Call)):
        return False
    return is_accelerator(script, expression) or any(map(_is_state, script.values(expression)))


def _is_state(value: Value) -> bool:
    return (
        isinstance(value, ScriptNode)
        and isinstance(value.node, ast.Call)
        and not STATES.isdisjoint(value.script.names(value.node.func))
    )


def binds_processes(script: Script, name: Name) -> bool:
    """Whether a name holds an Accelerator, or the state of its processes, wherever it is bound."""
    owner, text = name
    for binding in owner.bindings[text] if owner is not None else ():
        given = given_for(script, binding) if isinstance(binding, ast.arg) else [binding]
        if any(isinstance(each, ast.expr) and is_of_processes(script, each) for each in given):
            return True
    return False


def refuse_more_than_order(script: Script, node: ast.AST) -> None:
    """Raise where a part of what makes the data asks more of an Accelerator than who comes first."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part is not node and is_of_processes(script, part):
            _refuse_use(script, part, set())


def _refuse_use(script: Script, name: ast.Name, seen: set[ast.AST]) -> None:
    holder = script.parent(name)
    if isinstance(holder, (ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.UnaryOp)):
        return  # `accelerator is not None`
    if isinstance(holder, ast.Attribute) and holder.attr in ORDERING:
        return
    parameters = list(_parameters(script, name))
    for callee, parameter in parameters:
        if parameter not in seen:
            seen.add(parameter)
            for inner in _reads(callee.script, parameter):
                _refuse_use(callee.script, inner, seen)
    if parameters:
        return
    asked = holder if isinstance(holder, ast.Attribute) else name
    text = f"making the data takes the Accelerator, which only workers have: `{ast.unparse(asked)}`"
    remedy = "make the data without it, before the training, or lift without `--data ray`"
    raise Refusal(name.lineno, "RL341", text, remedy)


def _parameters(script: Script, name: ast.Name) -> Iterator[tuple[ScriptNode, ast.arg]]:
    """The parameters of functions in sight that a name is given for."""
    holder = script.parent(name)
    call = script.parent(holder) if isinstance(holder, ast.keyword) else holder
    for callee in script.values(call.func) if isinstance(call, ast.Call) else ():
        if isinstance(callee, ScriptNode) and isinstance(callee.node, FUNCTIONS):
            arguments = callee.node.args
            if isinstance(holder, ast.keyword):
                yield from ((callee, each) for each in (*arguments.args, *arguments.kwonlyargs) if each.arg == holder.arg)
            elif isinstance(call, ast.Call) and name in call.args[: len(arguments.args)]:
                yield callee, arguments.args[call.args.index(name)]


def _reads(script: Script, parameter: ast.arg) -> Iterator[ast.Name]:
    function = script.function(parameter)
    for part in ast.walk(function) if function is not None else ():
        if isinstance(part, ast.Name) and part.id == parameter.arg and isinstance(part.ctx, ast.Load):
            owner = script.scope(part).owner(part.id)
            if owner is not None and parameter in owner.bindings[part.id]:
                yield part
