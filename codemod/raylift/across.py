"""What a lift over several files asks: which modules an entry trains with, who starts a training, and whether all can be lifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from raylift.assemble import assemble
from raylift.entry_points import EntryPoints, entry_points
from raylift.plan import Declined, Notice, Plan, Refusal
from raylift.recognise import HAS_RAY_TASKS, is_test, left_alone, starts, uses_ray
from raylift.script import Script, remembered_for
from raylift.settings import Settings
from raylift.suppression.remarks import is_skipped
from raylift.suppression.selection import unsettled


class Standing(Protocol):
    """Where a script stands among the files that the user gave."""

    @property
    def is_named(self) -> bool:
        """Whether the user named the file itself."""

    def is_given(self, path: str) -> bool:
        """Whether another file is lifted in the same run."""

    def shown(self, path: str) -> str:
        """A path as the reader knows it."""


class JointLift(NamedTuple):
    """The plan for one file, and the paths of the files that must change along with it."""

    plan: Plan
    together: tuple[str, ...] = ()


class Unstarted(Exception):
    """Raised where a module trains and nothing in its project starts it; carries what the reader is told, if anything."""

    def __init__(self, reason: str, *notices: Notice) -> None:
        super().__init__(reason)
        self.notices = notices


def joint_lift(script: Script, settings: Settings, standing: Standing) -> JointLift | None:
    """The plan for one file of a project; None where it starts no training. Raises Refusal, Declined or Unstarted."""
    plan = assemble(script, settings)
    if plan is None:
        return None
    points = entry_points(script, settings.target.reruns_script)
    if plan.launcher is None and not points.commands and not points.trainings and starts(script):
        return JointLift(_for_its_starters(script, settings, standing, plan))
    modules = _modules_to_lift(script, points)
    for module in modules:
        _refuse_with(module, settings, standing)
    plan = _naming_missing(script, settings, standing, plan, modules)
    dated = _modules_to_update(script, settings, points)
    plan = _naming_dated(script, settings, standing, plan, dated)
    return JointLift(plan, tuple(module.path for module in (*modules, *dated)))


def _modules_to_lift(script: Script, points: EntryPoints) -> list[Script]:
    """The other modules that hold what an entry trains with, and are not lifted yet."""
    beside = {found.script: None for found in points.trainings if found.script is not script}
    return [module for module in beside if not (module.is_library or left_alone(module) or is_skipped(module.source))]


def _modules_to_update(script: Script, settings: Settings, points: EntryPoints) -> list[Script]:
    """The other modules that an entry trains with, start nothing themselves, and have names of older releases."""
    names = Settings(transformers=settings.transformers, releases=settings.releases)
    beside = {found.script: None for found in points.reach if found.script is not script} if points.trainings else {}
    modules = [module for module in beside if not (module.is_library or starts(module) or left_alone(module))]
    return [module for module in modules if not is_skipped(module.source) and _has_old_names(module, names)]


@remembered_for
def _has_old_names(module: Script, settings: Settings) -> bool:
    try:
        plan = assemble(module, settings)
    except (Refusal, Declined):
        return False
    return plan is not None and bool(plan.edits)


def _refuse_with(module: Script, settings: Settings, standing: Standing) -> None:
    """Raise for an entry whose module cannot be lifted."""
    try:
        assemble(module, settings)
    except Refusal as refusal:
        first = refusal.notices[0]
        text = f"it trains in {standing.shown(module.path)}, which needs a hand in line {first.line} ({first.rule}): {first.text}"
        raise Refusal(1, "RL308", text, f"settle that there: {first.remedy}") from None
    except Declined:
        return


def _naming_missing(script: Script, settings: Settings, standing: Standing, plan: Plan, modules: list[Script]) -> Plan:
    """The plan with one notice of the modules that are not lifted in the same run."""
    missing = [standing.shown(module.path) for module in modules if not standing.is_given(module.path)]
    text = f"the training itself is in {', '.join(missing)}"
    remedy = f"lift {'that module' if len(missing) == 1 else 'those modules'}, too, so that the training reports to Ray Train"
    return _with_notice(script, settings, plan, "RL105", [Notice(1, "RL105", text, remedy)] if missing else [])


def _naming_dated(script: Script, settings: Settings, standing: Standing, plan: Plan, modules: list[Script]) -> Plan:
    """The plan with one notice of the modules that would need names of today, and are not lifted in the same run."""
    missing = [standing.shown(module.path) for module in modules if not standing.is_given(module.path)]
    text = f"it trains with {', '.join(missing)}, where names of older releases stand"
    remedy = f"lift {'that module' if len(missing) == 1 else 'those modules'}, too, so that both speak of the same release"
    return _with_notice(script, settings, plan, "RL209", [Notice(1, "RL209", text, remedy)] if missing else [])


def _for_its_starters(script: Script, settings: Settings, standing: Standing, plan: Plan) -> Plan:
    """The plan for a module that others start; raises Unstarted where nobody does, or nobody can be lifted."""
    starters = list(_starters(script, settings))
    if not starters and not standing.is_named:
        start = starts(script)[0]
        text = "it trains, but nothing in this project starts that, so it stays as it is"
        remedy = "name the file to have it connected to Ray Train all the same"
        notice = Notice(getattr(start, "lineno", 0), "RL106", text, remedy)
        raise Unstarted("nothing in its project starts its training", *unsettled([notice], script, settings))
    lifted = [starter for starter in starters if _can_be_lifted(starter, settings)]
    if not lifted and not standing.is_named:
        raise Unstarted(f"{standing.shown(starters[0].path)}, which starts its training, needs a hand")
    missing = [each for each in lifted if not (standing.is_given(each.path) or uses_ray(each))]
    if not starters or not lifted:
        return plan
    names, is_one = ", ".join(standing.shown(starter.path) for starter in missing), len(missing) == 1
    text = f"{names} {'starts' if is_one else 'start'} this training and would launch its workers"
    line, remedy = getattr(starts(script)[0], "lineno", 0), f"lift {'that file' if is_one else 'those files'}, too"
    notice = Notice(line, "RL104", text, remedy)
    return _with_notice(script, settings, plan, "RL104", [notice] if missing else [])


def _with_notice(script: Script, settings: Settings, plan: Plan, rule: str, notices: list[Notice]) -> Plan:
    """The plan with other notices of one rule."""
    kept = [notice for notice in plan.notices if notice.rule != rule]
    fired = frozenset((notice.rule, notice.line) for notice in notices)
    return replace(plan, notices=unsettled([*kept, *notices], script, settings), fired=plan.fired | fired)


def _starters(script: Script, settings: Settings) -> Iterator[Script]:
    """The scripts of the project that start a training of this one."""
    for importer in script.modules.importers(script):
        if importer.is_library or is_test(importer) or is_skipped(importer.source) or left_alone(importer) == HAS_RAY_TASKS:
            continue
        points = entry_points(importer, settings.target.reruns_script)
        if any(found.script is script for found in points.trainings):
            yield importer


def _can_be_lifted(starter: Script, settings: Settings) -> bool:
    """Whether a script that starts a training is lifted already, or can be."""
    if uses_ray(starter):
        return True
    try:
        return assemble(starter, settings) is not None
    except (Refusal, Declined):
        return False
