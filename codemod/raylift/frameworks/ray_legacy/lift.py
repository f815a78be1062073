"""The steps for a script that uses APIs which Ray has removed; it is edited where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.ray_legacy.accelerate_trainer import lift_accelerate_trainers
from raylift.frameworks.ray_legacy.checkpoints import replace_checkpoints
from raylift.frameworks.ray_legacy.config_arguments import drop_arguments
from raylift.frameworks.ray_legacy.imports import replace_legacy_imports
from raylift.frameworks.ray_legacy.legacy_names import LEGACY_TRAINERS
from raylift.frameworks.ray_legacy.oldest_forms import give_todays_forms
from raylift.frameworks.ray_legacy.refusals import refuse_unfaithful
from raylift.frameworks.ray_legacy.renames import rename_legacy_names, rename_trials
from raylift.frameworks.ray_legacy.resources import answer_resource_questions
from raylift.frameworks.ray_legacy.results import adapt_result_readers
from raylift.frameworks.ray_legacy.trainer_calls import FUNCTION_KEYWORDS
from raylift.frameworks.ray_legacy.transformers_trainer import lift_transformers_trainers
from raylift.plan import Case, Edit, Finding, NeededImport, Refusal, Step, needed_imports
from raylift.script import Script

STEPS: tuple[Step, ...] = (
    refuse_unfaithful,
    rename_legacy_names,
    rename_trials,
    answer_resource_questions,
    lift_transformers_trainers,
    lift_accelerate_trainers,
    drop_arguments,
    give_todays_forms,
    replace_checkpoints,
    adapt_result_readers,
)


def with_imports_replaced(case: Case, findings: list[Finding]) -> list[Finding]:
    """The findings, with the imports that they leave; raises Refusal where two of them change the same code."""
    needed = frozenset(needed_imports(findings))
    changes: list[Finding] = [finding for finding in findings if not isinstance(finding, NeededImport)]
    changed = frozenset(finding.node for finding in findings if isinstance(finding, Edit))
    changes += replace_legacy_imports(case.script, case.settings, needed, changed)
    _refuse_crowded_lines(changes)
    _refuse_changes_within(case.script, changes)
    return changes


def _refuse_crowded_lines(findings: list[Finding]) -> None:
    """Two changes of one statement, or of two in one line, have no order that would be right for all."""
    lines: set[int] = set()
    for edit in findings:
        if isinstance(edit, Edit) and isinstance(edit.node, ast.stmt) and not isinstance(edit.node, ast.FunctionDef):
            if edit.line in lines:
                text = "too much happens in this line: its parts take other forms, each on lines of their own"
                raise Refusal(edit.line, "RL327", text, "give each step a line of its own")
            lines.add(edit.line)


def _refuse_changes_within(script: Script, findings: list[Finding]) -> None:
    """An expression that is written anew cannot take along a change of something inside it, other than of names."""
    edits = [edit for edit in findings if isinstance(edit, Edit)]
    anew: set[ast.AST] = {edit.node for edit in edits if edit.rule in ("RL235", "RL236") and isinstance(edit.node, ast.Call)}
    for call in script.calls_to(*LEGACY_TRAINERS):
        anew |= {value for value in _moved_arguments(call) if not isinstance(value, (ast.Name, ast.Attribute))}
    for edit in edits:
        if edit.rule != "RL230" and any(holder in anew for holder in script.enclosing(edit.node)):
            text = f"what stands here changes in more than one way: {edit.why}"
            raise Refusal(script.statement(edit.node).lineno, "RL327", text, "assign it to a variable first")


def _moved_arguments(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments that are written elsewhere than they stood."""
    yield from call.args[:1]
    moved = (*FUNCTION_KEYWORDS, "preprocessor", "resume_from_checkpoint")
    yield from (keyword.value for keyword in call.keywords if keyword.arg in moved)
