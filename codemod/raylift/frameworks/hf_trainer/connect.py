"""Hugging Face `Trainer` scripts.

Before:

    trainer = Trainer(model=model, args=args, train_dataset=data)
    trainer.train()

becomes, inside the train function:

    trainer = Trainer(model=model, args=args, train_dataset=data)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)
    trainer.train()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from raylift.edits.expressions import replace_by, wrap_with_callback
from raylift.edits.statements import follow_with, hoist_receiver, precede_with, return_through
from raylift.frameworks.hf_trainer.constructors import refuses
from raylift.frameworks.hf_trainer.positional_arguments import has_shifted, name_shifted
from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.frameworks.hf_trainer.trainings import is_made_elsewhere, training_calls
from raylift.plan import Case, Edit, Finding, NeededImport, Refusal
from raylift.script import Script
from raylift.script.bound_names import free_name_in
from raylift.script.scopes import Imported
from raylift.settings import Settings

if TYPE_CHECKING:
    import libcst as cst

    from raylift.plan import Changed
from raylift.targets import TRAINER_NAMES

LONG_CALL = 60
WHY_CONNECTED = "reports to Ray Train and is prepared for its workers"


def connect_trainers(case: Case) -> Iterator[Finding]:
    """Connect every Trainer to Ray Train, where it is made, or else where it is trained."""
    script, settings = case.script, case.settings
    made = trainer_constructions(script)
    edits = [edit for call in made for edit in _connect_construction(script, call, is_named=takes_name(settings))]
    for call, receiver in training_calls(script):
        if not made or is_made_elsewhere(script, receiver):
            edits += _connect_training(script, call, receiver)
    yield from {edit.node: edit for edit in edits}.values()
    if edits:
        yield from (NeededImport(settings.target.transformers, name) for name in TRAINER_NAMES)


def takes_name(settings: Settings) -> bool:
    """Whether a Trainer needs a name: batches of stock Ray find its collator by that."""
    return settings.data == "ray" and not settings.target.data


def name_of_trainer(script: Script, call: ast.Call) -> str | None:
    """The name that a Trainer has where it is made, or gets there; None where it has none."""
    statement = script.statement(call)
    if isinstance(statement, ast.Return) and statement.value is call:
        function = script.function(statement)
        assert function is not None  # the syntax says so
        return free_name_in(script, function, "trainer", "hf_trainer")
    if _is_used_at_once(statement, call):
        return script.free_name("trainer", "hf_trainer")
    return _assigned(statement, call)


def _connect_construction(script: Script, call: ast.Call, *, is_named: bool = False) -> Iterator[Edit]:
    statement = script.statement(call)
    index = script.place_in_line(statement)
    target = _assigned(statement, call)
    if target is not None:
        yield Edit(statement, follow_with(index, *_steps(target)), "RL101", f"`{target}` {WHY_CONNECTED}")
    elif isinstance(statement, ast.Return) and statement.value is call:
        name = name_of_trainer(script, call) or ""
        add, _ = _steps(name)
        yield Edit(
            statement, return_through(index, name, add, f"{TRAINER_NAMES[1]}({name})"), "RL101", f"the Trainer {WHY_CONNECTED}"
        )
    elif _is_used_at_once(statement, call) and (is_named or _is_long(statement) or _takes_no_callbacks(script, call)):
        name = name_of_trainer(script, call) or ""
        yield Edit(statement, hoist_receiver(index, name, *_steps(name)), "RL101", f"the Trainer {WHY_CONNECTED}")
    else:
        names = name_shifted if has_shifted(script, call) else _as_it_is
        yield Edit(
            call,
            lambda node: wrap_with_callback(cast("cst.CSTNode", names(node)), *TRAINER_NAMES),
            "RL101",
            f"the Trainer {WHY_CONNECTED}",
        )


def is_wrapped(script: Script, call: ast.Call) -> bool:
    """Whether the edit that connects a Trainer changes the very call that makes it."""
    return any(edit.node is call for edit in _connect_construction(script, call))


def _is_used_at_once(statement: ast.stmt, call: ast.Call) -> bool:
    """`Trainer(...).train()`, also where the result is bound or returned."""
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.Return)) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.value is call


def _is_long(statement: ast.stmt) -> bool:
    """Whether a statement fills its line, or more than one, so that nothing more should be put around it."""
    return statement.lineno != statement.end_lineno or (statement.end_col_offset or 0) > LONG_CALL


def _takes_no_callbacks(script: Script, call: ast.Call) -> bool:
    """Whether a call cannot be given callbacks: its class takes none, or they may be among what is not in sight."""
    names = {keyword.arg for keyword in call.keywords}
    hides = None in names and "callbacks" not in names
    return hides or has_shifted(script, call) or refuses(script, call, "callbacks")


def _as_it_is(node: cst.CSTNode) -> Changed:
    return node


def _steps(target: str) -> tuple[str, str]:
    callback, prepare = TRAINER_NAMES
    return f"{target}.add_callback({callback}())", f"{target} = {prepare}({target})"


def _assigned(statement: ast.stmt, call: ast.Call) -> str | None:
    """The one name or attribute that a statement binds the Trainer to, also through `a if c else b`."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return None
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if len(targets) != 1 or not isinstance(targets[0], (ast.Name, ast.Attribute)):
        return None
    value = statement.value
    choices = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return ast.unparse(targets[0]) if call in choices else None


def _connect_training(script: Script, call: ast.Call, receiver: ast.expr) -> Iterator[Edit]:
    """A Trainer that another file makes is connected right before it trains."""
    statement = script.statement(call)
    index = script.place_in_line(statement)
    if not _is_known_before(script, receiver, statement):
        text = "the Trainer comes from another file and trains where no statement before it can prepare it"
        raise Refusal(call.lineno, "RL302", text, "put `.train()` on a line of its own")
    if isinstance(receiver, (ast.Name, ast.Attribute)):
        target = ast.unparse(receiver)
        add, prepare = _steps(target)
        prepare = prepare if _is_bound_there(script, receiver, statement) else f"prepare_trainer({target})"
        yield Edit(statement, precede_with(index, add, prepare), "RL101", f"`{target}` {WHY_CONNECTED}")
        return
    name = script.free_name("trainer", "hf_trainer")
    lines = (f"{name} = {ast.unparse(receiver)}", *_steps(name))
    yield Edit(statement, precede_with(index, *lines), "RL101", f"the Trainer {WHY_CONNECTED}")
    yield Edit(receiver, replace_by(name), "RL101", f"the Trainer {WHY_CONNECTED}")


def _is_bound_there(script: Script, receiver: ast.expr, statement: ast.stmt) -> bool:
    """Whether binding what trains anew leaves it the variable that it is: not where the module around binds it, or an import."""
    if not isinstance(receiver, ast.Name):
        return True
    here = script.scope(statement)
    return here.owner(receiver.id) is here and not all(isinstance(each, Imported) for each in here.bindings[receiver.id])


def _is_known_before(script: Script, receiver: ast.expr, statement: ast.stmt) -> bool:
    """Whether a statement before this one can hold the Trainer: not in the head of a block, and not where a lambda binds it."""
    names = [node for node in ast.walk(receiver) if isinstance(node, ast.Name)]
    outside = script.scope(statement)
    is_simple = not isinstance(statement, ast.Match) and not hasattr(statement, "body")
    return is_simple and all(script.scope(name).owner(name.id) is outside.owner(name.id) for name in names)
