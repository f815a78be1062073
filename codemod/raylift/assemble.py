"""Every finding about a script, gathered on its untouched form and assembled into one plan."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.accelerate.notebook_launcher import settings_with_launch
from raylift.frameworks.ray_legacy.legacy_names import has_legacy
from raylift.frameworks.ray_legacy.lift import lift_legacy
from raylift.frameworks.steps import STEPS
from raylift.hazards.reflection import reflection
from raylift.hazards.searches import refuse_hyperparameter_search, refuse_searches
from raylift.plan import Case, Edit, Notice, Plan
from raylift.recognise import starts
from raylift.script import Script, ScriptNode
from raylift.script.reach import reached
from raylift.settings import Settings
from raylift.suppression.selection import plan_of
from raylift.train_function.launch import launcher_for
from raylift.train_function.placement import placement_of


def assemble(script: Script, settings: Settings) -> Plan | None:
    """Every finding about a script as one plan; None if it neither trains nor calls what trains."""
    if has_legacy(script):
        return lift_legacy(script, settings)
    refuse_hyperparameter_search(script)
    placement = placement_of(script, effects_stay=settings.runtime == "raylift")
    reach = reached(script, placement.entry)
    trainings = [found for found in reach if _trains(found)]
    if not trainings and not starts(script):
        return None
    refuse_searches(script, lambda beside, given: any(map(_trains, reached(beside, [given]))))
    findings = [finding for step in STEPS for finding in step(Case(script, settings, placement, tuple(reach)))]
    reports = any(isinstance(found, Edit) and found.rule in REPORTING for found in findings)
    findings += _elsewhere(script, trainings, reports=reports)
    findings += [Notice(1, "RL125", text) for text in settings.launch_notices]
    if not trainings:
        changes = any(isinstance(found, Edit) for found in findings)
        return plan_of(findings, script, settings) if changes else None
    findings += reflection(script, placement)
    launch, needed = launcher_for(script, settings_with_launch(script, settings))
    return plan_of([*findings, *needed], script, settings, placement, launch)


REPORTING = frozenset({"RL101", "RL121"})
"""What an edit does that makes a script report by itself."""


def _trains(found: ScriptNode) -> bool:
    return any(is_inside(start, found) for start in starts(found.script))


def is_inside(node: ast.AST, holder: ScriptNode) -> bool:
    """Whether a node is part of another, in the same script."""
    return holder.node in (node, *holder.script.enclosing(node))


def _elsewhere(script: Script, trainings: list[ScriptNode], *, reports: bool) -> Iterator[Notice]:
    """What the reader must know when training and entry are not in one file."""
    if not trainings:
        start = starts(script)[0]
        function = script.function(start)
        name = function.name if function else "it"
        text = f"nothing in this file calls `{name}`, so no TorchTrainer was added"
        yield Notice(getattr(start, "lineno", 0), "RL104", text, "lift the file that calls it, too")
    elif not reports and all(found.script is not script for found in trainings):
        text = "the training itself is in a neighbouring module"
        yield Notice(1, "RL105", text, "lift that module, too, so that its Trainer reports to Ray Train")
