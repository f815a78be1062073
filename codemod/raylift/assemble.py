"""Every finding about a script, gathered on its untouched form and assembled into one plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from raylift.command_launch import launch_from_commands
from raylift.entry_points import entry_points, is_training
from raylift.frameworks.accelerate.launched_functions import settings_launched
from raylift.frameworks.accelerate.notebook_launcher import settings_with_launch
from raylift.frameworks.ray_legacy.unused_imports import is_lifted_in_place
from raylift.frameworks.runtimes import changes_runtime
from raylift.frameworks.steps import lift_for
from raylift.hazards.other_systems import refuse_other_systems
from raylift.hazards.reflection import reflection
from raylift.hazards.searches import refuse_hyperparameter_search, refuse_searches
from raylift.plan import Case, Edit, Finding, Launcher, Notice, Plan
from raylift.ray_data.hand_over import data_written_out, hand_over_data, with_data
from raylift.recognise import starts
from raylift.rules import RULES
from raylift.script import Script
from raylift.script.reach import reached
from raylift.settings import Settings
from raylift.suppression.selection import fired_rules, plan_of, without_what_is_off
from raylift.train_function.cells import without_cells_that_stay
from raylift.train_function.launch import launcher_for


def assemble(script: Script, settings: Settings) -> Plan | None:
    """Every finding about a script as one plan; None if nothing changes where it neither trains nor calls what trains."""
    if is_lifted_in_place(script) or changes_runtime(script, settings):
        return _planned(Case(script, settings), [])
    refuse_hyperparameter_search(script)
    case = _case(script, settings)
    if not case.trainings and not starts(script):
        plan = _planned(case._replace(placement=None), [])
        return plan if plan.edits else None
    refuse_searches(script, lambda beside, given: any(map(is_training, reached(beside, [given]))))
    assert case.placement is not None
    refuse_other_systems(case, lambda beside, given: any(map(is_training, reached(beside, given))))
    told: list[Finding] = [Notice(1, "RL125", text) for text in settings.launch_notices]
    told += hand_over_data(case)
    if not case.trainings:
        plan = _planned(case._replace(placement=None), [*told, _started_elsewhere(script)])
        return plan if plan.edits else None
    launched = settings_launched(script, settings_with_launch(script, settings))
    if case.commands:
        told += launch_from_commands(case, launched)
        return _planned(case._replace(placement=None), told)
    told += reflection(script, case.placement)
    launcher, needed = launcher_for(case, launched, data_written_out(case))
    return _planned(case, [*told, *needed], with_data(case, launcher))


def _case(script: Script, settings: Settings) -> Case:
    return Case(script, settings, *entry_points(script, settings.target.reruns_script))


def _planned(case: Case, told: list[Finding], launcher: Launcher | None = None) -> Plan:
    """What all steps find, and what is told beside, as one plan."""
    lift = lift_for(case, trains=bool(case.trainings or starts(case.script)))
    every = [finding for step in lift.steps for finding in step(case)]
    if case.placement is not None and case.placement.place is not None:
        every = list(without_cells_that_stay(case.script, case.placement, every))
    if launcher is not None or case.commands:
        told += _trained_elsewhere(case, every)
        told += _lost_with_stock_ray(case, every, launcher)
    every += told
    chosen = lift.complete(case, without_what_is_off(every, case.script, case.settings))
    plan = plan_of(chosen, case.script, case.settings, case.placement, launcher)
    return replace(plan, fired=plan.fired | fired_rules(every))


def _started_elsewhere(script: Script) -> Notice:
    """What the reader must know where nothing in the file starts its training."""
    start = starts(script)[0]
    function = script.function(start)
    text = f"nothing in this file calls `{function.name if function else 'it'}`, so no TorchTrainer was added"
    return Notice(getattr(start, "lineno", 0), "RL104", text, "lift the file that calls it, too")


def _trained_elsewhere(case: Case, findings: list[Finding]) -> Iterator[Notice]:
    """What the reader must know where the training is in another file than the entry."""
    reports = any(isinstance(finding, Edit) and RULES[finding.rule].reports for finding in findings)
    if not reports and all(found.script is not case.script for found in case.trainings):
        text = "the training itself is in a neighbouring module"
        yield Notice(1, "RL105", text, "lift that module, too, so that its Trainer reports to Ray Train")


def _lost_with_stock_ray(case: Case, findings: list[Finding], launcher: Launcher | None) -> Iterator[Notice]:
    """What the bundled runtime would do in a run, and stock Ray does not; told once a script."""
    reporting = [finding for finding in findings if isinstance(finding, Edit) and RULES[finding.rule].reports]
    if case.settings.target.reports_every_log or not reporting:
        return
    lost = ["a run that fails starts from the beginning"]
    if any(finding.rule == "RL101" for finding in reporting):
        lost.append("Ray hears of what a Trainer logs only when it saves, and every worker uploads its checkpoint")
    if launcher is not None and not any("os.chdir(" in line for line in launcher.preamble):
        lost.append("relative folders lie in Ray's own folder for the run")
    remedy = "resume from `ray.train.get_checkpoint()` by hand, or lift with `--runtime raylift`, which does all this by itself"
    yield Notice(min(finding.line for finding in reporting), "RL108", f"with stock Ray {'; '.join(lost)}", remedy)
