"""What makes a dataset: the library `datasets`, a class of the script, or what is out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.script import Script, ScriptNode, remembered_for
from raylift.script.functions import called_functions, given_for, returned_expressions
from raylift.script.syntax import call_name

MAKERS = ("datasets.", "trl.get_dataset", "trl.scripts.utils.get_dataset", "trl.scripts.get_dataset")
"""How the full names of what makes a Hugging Face dataset begin."""

TORCH = ("torch.utils.data.", "torchvision.datasets.")
"""How the full names of torch's own datasets begin."""

DESCRIPTIONS = frozenset({"column_names", "features", "info", "num_columns", "num_rows", "shape"})
"""What of a dataset is no data."""


def refuse_other_data(script: Script, use: DataUse) -> None:
    """Raise unless a dataset is, as far as can be seen, one of the library `datasets`."""
    own = _Origin()
    if own.is_known(script, use.dataset) and own.holder is None:
        return
    if own.holder is not None:
        whose = " of the script's own" if own.is_own else ""
        text = f"`{own.holder}` is a torch Dataset{whose}, which Ray Data cannot read"
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


@remembered_for
def is_data(script: Script, expression: ast.expr) -> bool:
    """Whether an expression is, or is taken from, a dataset of the library `datasets`."""
    return _Origin().is_known(script, expression)


class _Origin:
    """Looks for what makes one dataset; every node is asked once."""

    def __init__(self) -> None:
        self.holder: str | None = None
        self.is_own = False
        self._seen: set[ast.AST] = set()

    def is_known(self, script: Script, expression: ast.AST) -> bool:
        """Whether an expression, or what it is taken from, comes from the library `datasets`."""
        if expression in self._seen:
            return False
        self._seen.add(expression)
        if isinstance(expression, ast.Call):
            return self._is_called(script, expression)
        if isinstance(expression, ast.Name):
            known = {self.is_known(script, each) for each in self._bindings(script, expression)}  # looks at all of them
            return True in known
        if isinstance(expression, ast.arg):
            return any(self.is_known(script, each) for each in given_for(script, expression))
        return any(self.is_known(script, each) for each in _parts(expression))

    def _bindings(self, script: Script, name: ast.Name) -> Iterator[ast.AST]:
        owner = script.scope(name).owner(name.id)
        for binding in owner.bindings[name.id] if owner else ():
            if isinstance(binding, ast.Name):  # a part of what is unpacked, or an element of what a loop goes over
                statement = script.statement(binding)
                yield from filter(None, (getattr(statement, "value", None), getattr(statement, "iter", None)))
            elif isinstance(binding, (ast.expr, ast.arg)):
                yield binding

    def _is_called(self, script: Script, call: ast.Call) -> bool:
        names = script.names(call.func)
        if any(name.startswith(MAKERS) for name in names):
            return True
        if any(name.startswith(TORCH) for name in names):
            self.holder, self.is_own = ast.unparse(call.func), False
            return False
        if any(made for made in script.values(call.func) if isinstance(made, ScriptNode) and self._is_class(made)):
            return False
        for function in called_functions(script, call):
            if any(self.is_known(function.script, made) for made in returned_expressions(function.script, function.node)):
                return True
        return isinstance(call.func, ast.Attribute) and self.is_known(script, call.func.value)

    def _is_class(self, made: ScriptNode) -> bool:
        if isinstance(made.node, ast.ClassDef):
            self.holder, self.is_own = made.node.name, True
        return isinstance(made.node, ast.ClassDef)


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
