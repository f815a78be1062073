"""Refuses files that another system runs: what it calls must stay as it is, and would train inside every Ray worker again.

@app.function(gpu="A100")        class Flow(FlowSpec):        button.click(train)        PythonOperator(python_callable=train)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from raylift.hazards.known_systems import RAY_DATASETS, SYSTEMS, WHOLE_FILE_METHODS, WHOLE_FILES, is_looked_up, system_of
from raylift.hazards.started_unseen import refuse_started_unseen
from raylift.plan import Case, Refusal
from raylift.script import Script, ScriptNode
from raylift.script.functions import first_use, methods_named
from raylift.script.origins import called_names, made_of, origins
from raylift.script.scopes import DEFINITIONS, FUNCTIONS
from raylift.script.spread import Spread

TrainsAny = Callable[[Script, "list[ast.AST]"], bool]
"""Whether any of some nodes of a script reaches what trains."""

is_of_a_system = Spread(lambda name: bool(system_of(name)), made_of)
"""Whether a value comes from a system that runs functions itself."""


class Registered(NamedTuple):
    """What a system was given to run: a function or class of the script, or an argument of a call; and how it was given."""

    node: ast.AST
    by: ast.expr

    @property
    def runs(self) -> list[ast.AST]:
        """What the system runs: a decorator would lead to all that the same system was given."""
        return [*self.node.body] if isinstance(self.node, DEFINITIONS) else [self.node]


def refuse_other_systems(case: Case, trains: TrainsAny) -> None:
    """Raise where a system runs what trains, or has what would have to move."""
    script, reach = case.script, case.reach
    refuse_started_unseen(script, trains)
    _refuse_whole_files(reach, script)
    if not any(_knows_a_system(each) for each in {script, *(found.script for found in reach)}):
        return
    _refuse_trained_beside(script, [found for found in reach if found.script is not script], trains)
    registered = [*_defined(script, script.tree), *_handed(script)]
    if trains(script, [part for each in registered for part in each.runs]):
        _refuse(script, next(each for each in registered if trains(script, each.runs)))
    moved = {node for statement in (case.placement.moved if case.placement else ()) for node in ast.walk(statement)}
    for each in registered:
        if isinstance(each.node, DEFINITIONS) and each.node in moved:
            _refuse(script, each)
    for statement in case.placement.moved if case.placement else ():
        _refuse_moved_object(script, statement)


def _refuse_moved_object(script: Script, statement: ast.stmt) -> None:
    """An application, a graph or a list of definitions that its system looks for at the top level of the file."""
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        made = [item.context_expr for item in statement.items]
    else:
        made = [statement.value] if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value else []
    for call in (each for each in made if isinstance(each, ast.Call)):
        if any(map(is_looked_up, script.names(call.func))):
            system = _system(script, call)
            text = f"{system} looks for what `{ast.unparse(call.func)}` makes at the top level of this file, where it must stay"
            raise Refusal(call.lineno, "RL305", text, _remedy(system))


def _knows_a_system(script: Script) -> bool:
    return any(found.name.partition(".")[0] in SYSTEMS for found in script.imports()) or script.has_neighbours


def _defined(script: Script, holder: ast.AST) -> Iterator[Registered]:
    """Functions and classes that a decorator or a base class gives to a system."""
    for node in (part for part in ast.walk(holder) if isinstance(part, DEFINITIONS)):
        given = [*node.decorator_list, *(node.bases if isinstance(node, ast.ClassDef) else ())]
        by = next((each for each in given if _is_of_a_system(script, each)), None)
        if by is not None:
            yield Registered(node, by)


def _handed(script: Script) -> Iterator[Registered]:
    """Functions, lambdas and methods among the arguments of a system's calls."""
    for call in script.all(ast.Call):
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        given = [
            each
            for each in given
            if isinstance(each, (ast.Name, ast.Attribute, ast.Lambda, ast.Call, ast.List, ast.Tuple, ast.Dict))
        ]
        if given and _is_of_a_system(script, call.func):
            for each in given:
                methods = [found.node for found in methods_named(script, each) if found.script is script]
                yield from (Registered(node, call) for node in (each, *methods))


def _is_of_a_system(script: Script, expression: ast.expr) -> bool:
    values = list(script.values(expression)) or made_of(ScriptNode(script, expression))
    return any(map(is_of_a_system, values))


def _refuse_trained_beside(script: Script, found: list[ScriptNode], trains: TrainsAny) -> None:
    """A flow or task of a neighbour that this script calls."""
    for beside in found:
        node = beside.node
        registered = next(_defined(beside.script, node), None) if isinstance(node, DEFINITIONS) else None
        if registered is not None and trains(beside.script, registered.runs):
            system = _system(beside.script, registered.by)
            text = f"{system} runs `{getattr(node, 'name', '')}`, which trains, and every Ray worker would start it again"
            raise Refusal(first_use(script, beside), "RL305", text, _remedy(system))


def _refuse_whole_files(reach: Iterable[ScriptNode], script: Script) -> None:
    """Calls that make the whole file a program of a system, in what the entry of the script reaches."""
    inside = {node for found in reach if found.script is script for node in ast.walk(found.node)}
    for call in script.all(ast.Call):
        if call not in inside or not any(map(WHOLE_FILES.match, called_names(script, call, WHOLE_FILE_METHODS))):
            if call in inside and any(map(RAY_DATASETS.match, script.names(call.func))):
                _refuse_ray_data(call)
            continue
        system = next(
            (
                SYSTEMS[root]
                for name in called_names(script, call, WHOLE_FILE_METHODS)
                if (root := name.partition(".")[0]) in SYSTEMS
            ),
            "",
        )
        text = f"`{ast.unparse(call.func)}` makes this file a program of {system}, and every Ray worker would be one, too"
        raise Refusal(call.lineno, "RL305", text, _remedy(system))


def _refuse_ray_data(call: ast.Call) -> None:
    text = f"`{ast.unparse(call.func)}` makes a dataset of Ray Data, whose tasks every Ray worker would start again"
    remedy = "make it beside a TorchTrainer, give it by `datasets=`, and train on `ray.train.get_dataset_shard(...)`"
    raise Refusal(call.lineno, "RL305", text, remedy)


def _refuse(script: Script, registered: Registered) -> None:
    system = _system(script, registered.by)
    node = registered.node
    name = node.name if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else ast.unparse(node).partition("\n")[0]
    text = f"{system} runs `{name}`: it must stay where it is, and must not run in every Ray worker"
    raise Refusal(registered.by.lineno, "RL305", text, _remedy(system))


def _system(script: Script, expression: ast.expr) -> str:
    function = expression.func if isinstance(expression, ast.Call) else expression
    return next((system for name in origins(script, function) if (system := system_of(name))), "another system")


def _remedy(system: str) -> str:
    return f"put the training into a script of its own, lift that, and let {system} run the lifted script"
