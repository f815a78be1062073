"""What a script reads from its `TrainingArguments`, or sets there, that they no longer have.

    training_args.evaluation_strategy = "steps"
    if training_args.evaluation_strategy != "no":        if last and not training_args.overwrite_output_dir:
    if training_args.group_by_length:

becomes

    training_args.eval_strategy = "steps"
    if training_args.eval_strategy != "no":              if last and not getattr(training_args, "overwrite_output_dir", False):
    if (training_args.train_sampling_strategy == "group_by_length"):
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import rename_attribute, replace_by
from raylift.edits.statements import replace_statement
from raylift.frameworks.hf_trainer.argument_changes import trl_name
from raylift.frameworks.hf_trainer.arguments_classes import classes_of, old_uses
from raylift.frameworks.hf_trainer.gone_arguments import GONE_ARGUMENTS, TRL_NAMES, WHEN_TRUE, SwitchArgument
from raylift.frameworks.hf_trainer.library_classes import ARGUMENT_CLASSES, gone_with, is_gone, table_class
from raylift.plan import Case, Edit, Finding, Notice
from raylift.script import Script
from raylift.script.expressions import written, written_test
from raylift.settings import Settings

WHEN_GONE = dict.fromkeys(("overwrite_output_dir", "use_ipex", "use_legacy_prediction_loop", "use_mps_device"), "False")
"""What a script would have read that did not set it."""


def update_attributes(case: Case) -> Iterator[Finding]:
    """Let a script read and set what the chosen release of transformers has."""
    gone = [node for node in old_uses(case.script) if is_gone(case.settings, ARGUMENT_CLASSES, node.attr)]
    own = {node.attr for node in gone if isinstance(node.ctx, ast.Store)}
    for node in gone:
        if isinstance(node.ctx, ast.Store):
            yield from _set(case.script, node)
        elif node.attr in WHEN_TRUE:
            yield from _read_switch(node)
        elif GONE_ARGUMENTS[node.attr].name or node.attr not in own:
            yield from _read(node, GONE_ARGUMENTS[node.attr].name)
    for node in case.script.all(ast.Attribute):
        if node.attr in TRL_NAMES and (name := table_class(classes_of(case.script, node.value), case.settings)):
            yield from _read_of_trl(node, name, case.settings)


def _read_of_trl(node: ast.Attribute, name: str, settings: Settings) -> Iterator[Finding]:
    new = trl_name(settings, name, node.attr) if is_gone(settings, name, node.attr) else ""
    if new:
        yield Edit(node, rename_attribute(new), "RL201", f"`{ast.unparse(node)}` is now `{new}`")


def _set(script: Script, node: ast.Attribute) -> Iterator[Finding]:
    """What is set under a name that nothing reads any more, and so would change nothing."""
    code, statement = ast.unparse(node), script.statement(node)
    name = "" if node.attr in WHEN_TRUE else GONE_ARGUMENTS[node.attr].name
    if name:
        yield Edit(node, rename_attribute(name), "RL201", f"`{code}` is now `{name}`")
    elif node.attr in WHEN_TRUE and isinstance(statement, ast.Assign) and statement.targets == [node]:
        switch = WHEN_TRUE[node.attr]
        line = _switched(script, f"{written(script, node.value)}.{switch.name}", switch, statement.value)
        yield Edit(
            statement, replace_statement(script.place_in_line(statement), line), "RL201", f"`{code}` is now `{switch.name}`"
        )
    else:
        instead = f"set `{WHEN_TRUE[node.attr].name}`" if node.attr in WHEN_TRUE else GONE_ARGUMENTS[node.attr].instead
        text = f"`{code}` is gone from {gone_with(ARGUMENT_CLASSES, node.attr)}, and setting it changes nothing"
        yield Notice(node.lineno, "RL202", text, instead)


def _switched(script: Script, place: str, switch: SwitchArgument, value: ast.expr) -> str:
    """The assignment that says of an argument what a yes or no said; off, it takes nothing from a third value."""
    off = f"{switch.off} if {place} == {switch.on} else {place}"
    if isinstance(value, ast.Constant):
        return f"{place} = {switch.on if value.value else off}"
    return f"{place} = {switch.on} if {written_test(script, value)} else {off}"


def _read_switch(node: ast.Attribute) -> Iterator[Finding]:
    """A yes or no that is a value of another argument now."""
    switch, code = WHEN_TRUE[node.attr], ast.unparse(node)
    asked = f"{ast.unparse(node.value)}.{switch.name}"
    listed = switch.on.startswith("[")
    now = f"({switch.on[1:-1]} in {asked})" if listed else f"({asked} == {switch.on})"
    yield Edit(node, replace_by(now), "RL201", f"`{code}` is now `{now[1:-1]}`")


def _read(node: ast.Attribute, name: str) -> Iterator[Finding]:
    code = ast.unparse(node)
    gone = f"`{code}` is gone from {gone_with(ARGUMENT_CLASSES, node.attr)}"
    if name:
        yield Edit(node, rename_attribute(name), "RL201", f"`{code}` is now `{name}`")
    elif node.attr in WHEN_GONE:
        default = WHEN_GONE[node.attr]
        change = replace_by(f'getattr({ast.unparse(node.value)}, "{node.attr}", {default})')
        yield Edit(node, change, "RL201", gone)
    else:
        yield Notice(node.lineno, "RL202", f"{gone}, and reading it raises AttributeError", GONE_ARGUMENTS[node.attr].instead)
