"""What makes a dataset: the library `datasets`, a class of the script, or what is out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import cast

from raylift.plan import Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.script import Script, ScriptNode
from raylift.script.functions import called_functions, given_for, returned_expressions
from raylift.script.spread import Spread
from raylift.script.syntax import call_name

MAKERS = ("datasets.", "trl.get_dataset", "trl.scripts.utils.get_dataset", "trl.scripts.get_dataset")
"""How the full names of what makes a Hugging Face dataset begin."""

TORCH = ("torch.utils.data.", "torchvision.datasets.")
"""How the full names of torch's own datasets begin."""

DESCRIPTIONS = frozenset({"column_names", "features", "info", "num_columns", "num_rows", "shape"})
"""What of a dataset is no data."""


def refuse_other_data(script: Script, use: DataUse) -> None:
    """Raise unless a dataset is, as far as can be seen, one of the library `datasets`."""
    holder = next(_holders(script, use.dataset), None)
    if holder is None and is_data(script, use.dataset):
        return
    if holder is not None:
        whose = "" if _is_of_torch(script, holder) else " of the script's own"
        text = f"`{ast.unparse(holder.func)}` is a torch Dataset{whose}, which Ray Data cannot read"
        raise Refusal(
            use.line,
            "RL342",
            text,
            "make the rows with `datasets.Dataset.from_generator` or `from_list`, or lift without `--data ray`",
        )
    shown = ast.unparse(use.dataset)
    if shown.startswith("self."):
        text = f"the data are kept by an object, as `{shown}`, which lives on a worker"
        raise Refusal(use.line, "RL341", text, "load the data in a function, or lift without `--data ray`")
    if maker := _own_rows(script, use.dataset):
        text = f"`{shown}` is no dataset of the library `datasets`, whose rows Ray Data takes over as they are"
        raise Refusal(
            use.line, "RL342", text, f"make it one, by `datasets.Dataset.{maker}({shown})`, or lift without `--data ray`"
        )
    text = f"what makes `{shown}` is not in sight, so it cannot be handed over"
    raise Refusal(use.line, "RL342", text, "load it with the library `datasets` in this file, or lift without `--data ray`")


def _own_rows(script: Script, dataset: ast.expr) -> str:
    """What makes a dataset of rows that a script reads by itself: of a list of them, or of a table of pandas."""
    for value in script.values(dataset):
        node = value.node if isinstance(value, ScriptNode) else None
        if isinstance(node, (ast.List, ast.ListComp)) or (isinstance(node, ast.Call) and call_name(node) in ("list", "to_dict")):
            return "from_list"
        if isinstance(node, ast.Call) and any(name.startswith("pandas.") for name in script.names(node.func)):
            return "from_pandas"
    return ""


def is_data(script: Script, expression: ast.AST) -> bool:
    """Whether an expression is, or is taken from, a dataset of the library `datasets`."""
    return _comes_from_datasets(ScriptNode(script, expression))


def _holders(script: Script, dataset: ast.expr) -> Iterator[ast.Call]:
    """The calls that make a torch Dataset, among all that a dataset may come from."""
    waiting = [ScriptNode(script, dataset)]
    seen = set(waiting)
    for found in waiting:
        if isinstance(found.node, ast.Call) and _makes_other_data(found.script, found.node):
            yield found.node
        more = _look(found)
        new = [each for each in more if each not in seen] if not isinstance(more, bool) else []
        seen.update(new)
        waiting += new


def _look(found: ScriptNode) -> bool | list[ScriptNode]:
    """Whether a node is a dataset of the library `datasets`; or what it is made or taken from, if that decides."""
    script, node = found.script, found.node
    if isinstance(node, ast.Call):
        return _called(script, node)
    parts: Iterable[ast.AST] = _parts(node)
    if isinstance(node, ast.Name):
        first = cast(ast.Name, script.answers.setdefault((_bindings, script.scope(node).owner(node.id), node.id), node))
        parts = _bindings(script, node) if first is node else [first]  # the bindings of a name once, for all that read it
    elif isinstance(node, ast.arg):
        parts = given_for(script, node)
    return [ScriptNode(script, each) for each in parts]


def _bindings(script: Script, name: ast.Name) -> Iterator[ast.AST]:
    owner = script.scope(name).owner(name.id)
    for binding in owner.bindings[name.id] if owner else ():
        if isinstance(binding, ast.Name):  # a part of what is unpacked, or an element of what a loop goes over
            statement = script.statement(binding)
            yield from filter(None, (getattr(statement, "value", None), getattr(statement, "iter", None)))
        elif isinstance(binding, (ast.expr, ast.arg)):
            yield binding


def _called(script: Script, call: ast.Call) -> bool | list[ScriptNode]:
    if any(name.startswith(MAKERS) for name in script.names(call.func)):
        return True
    if _makes_other_data(script, call):
        return False
    returned = [
        ScriptNode(function.script, made)
        for function in called_functions(script, call)
        for made in returned_expressions(function.script, function.node)
    ]
    receiver = [ScriptNode(script, call.func.value)] if isinstance(call.func, ast.Attribute) else []
    return returned + receiver


def _makes_other_data(script: Script, call: ast.Call) -> bool:
    """Whether a call makes an object of torch's, or of a class in sight."""
    if any(name.startswith(MAKERS) for name in script.names(call.func)):
        return False
    return _is_of_torch(script, call) or any(
        isinstance(made, ScriptNode) and isinstance(made.node, ast.ClassDef) for made in script.values(call.func)
    )


def _is_of_torch(script: Script, call: ast.Call) -> bool:
    return any(name.startswith(TORCH) for name in script.names(call.func))


_comes_from_datasets = Spread(lambda name: False, _look)


def _parts(expression: ast.AST) -> list[ast.expr]:
    """What an expression gives a part of, or chooses from."""
    match expression:
        case ast.Attribute(attr=attr) if attr in DESCRIPTIONS:
            return []
        case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
            return [value]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BoolOp(values=values) | ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return values
    return []
