"""Everything about a script that uses APIs which Ray has removed, gathered in one pass; it is edited where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from raylift.frameworks.hf_trainer.old_arguments import update_arguments
from raylift.frameworks.ray_legacy import accelerate_trainer as ray_accelerate_trainer
from raylift.frameworks.ray_legacy import checkpoints as ray_checkpoints
from raylift.frameworks.ray_legacy import config_arguments as ray_arguments
from raylift.frameworks.ray_legacy import imports as ray_imports
from raylift.frameworks.ray_legacy import refusals as ray_refusals
from raylift.frameworks.ray_legacy import renames as ray_names
from raylift.frameworks.ray_legacy import resources as ray_resources
from raylift.frameworks.ray_legacy import results as ray_results
from raylift.frameworks.ray_legacy import transformers_trainer as ray_transformers_trainer
from raylift.frameworks.ray_legacy.legacy_names import LEGACY_TRAINERS
from raylift.frameworks.ray_legacy.trainer_calls import FUNCTION_KEYWORDS
from raylift.hazards.steps import hazards
from raylift.plan import Case, Edit, Finding, NeededImport, Plan, Refusal
from raylift.script import Script
from raylift.settings import Settings
from raylift.suppression.selection import fired_rules, needed_imports, plan_of, without_what_is_off


def lift_legacy(script: Script, settings: Settings) -> Plan:
    """The plan for a script of Ray 2.0 to 2.8; raises Refusal where something has no form in today's Ray."""
    ray_refusals.refuse_unfaithful(script)
    every = list(_findings(script, settings))
    left = without_what_is_off(every, script, settings)
    findings: list[Finding] = [finding for finding in left if not isinstance(finding, NeededImport)]
    findings += ray_imports.replace_legacy_imports(script, settings, frozenset(needed_imports(left)))
    _refuse_crowded_lines(findings)
    _refuse_changes_within(script, findings)
    plan = plan_of(findings, script, settings)
    return replace(plan, fired=plan.fired | fired_rules(every))


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


def _findings(script: Script, settings: Settings) -> Iterator[Finding]:
    yield from ray_names.rename_legacy_names(script, settings)
    yield from ray_names.rename_trials(script)
    yield from ray_resources.answer_resource_questions(script)
    yield from ray_transformers_trainer.lift_transformers_trainers(script, settings)
    yield from ray_accelerate_trainer.lift_accelerate_trainers(script, settings)
    yield from ray_arguments.drop_arguments(script)
    yield from ray_checkpoints.replace_checkpoints(script, settings)
    yield from ray_results.adapt_result_readers(script, settings)
    yield from update_arguments(Case(script, settings))
    yield from hazards(Case(script, settings))
