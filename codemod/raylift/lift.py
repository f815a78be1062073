"""The whole rewrite on one page: bytes in, outcome out."""

from __future__ import annotations

import re
import warnings

from raylift.frameworks.ray_legacy.legacy_uses import has_legacy
from raylift.frameworks.runtimes import changes_runtime
from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Declined, Refusal
from raylift.recognise import NO_TRAINING, doubtful_starts, is_test, left_alone, uses_ray
from raylift.result_check.fault import Fault
from raylift.result_check.judge import faults_of, wrong_result
from raylift.script import Script
from raylift.script.neighbours import InProject, Neighbours, no_neighbours
from raylift.settings import Settings
from raylift.suppression.markers import with_markers
from raylift.suppression.remarks import is_skipped
from raylift.suppression.selection import unsettled, why_settled
from raylift.suppression.stale import leftovers, markers_left

LIFTED_IMPORT = re.compile(rb"^(from|import) (ray\.train|raylift_runtime)\b", re.MULTILINE)
NOT_SETTLED = Fault(0, "a second lift would change it again")


def rewrite(source: bytes, settings: Settings = Settings(), neighbours: Neighbours | InProject = no_neighbours) -> Outcome:
    """Lift a script, or say why not; its own `# raylift:` comments count. Never runs or imports it; never raises."""
    if is_skipped(source):
        return Untouched("it says `# raylift: skip-file`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the script's own `\d` is not ours to report
        try:
            script = neighbours.script(source) if isinstance(neighbours, InProject) else Script(source, neighbours)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return Failed(_unreadable(source, error), getattr(error, "lineno", 0) or 0)
        try:
            in_project = neighbours if isinstance(neighbours, InProject) else None
            return _settled(script, settings, _lifted(script, settings, in_project))
        except RecursionError:
            return Failed("the code is nested too deeply to be read")
        except Exception as error:  # noqa: BLE001  # whatever it is, the file stays as it was and the tool goes on
            return Failed(f"{type(error).__name__}: {error}", ours=True)


def _settled(script: Script, settings: Settings, outcome: Outcome) -> Outcome:
    """The same outcome, unless a second lift would go on; what is lifted from today's names is left alone for its imports."""
    if not isinstance(outcome, Rewritten) or (not has_legacy(script) and LIFTED_IMPORT.search(outcome.code)):
        return outcome
    again = _lifted(script.beside(outcome.code), settings, None)
    goes_on = isinstance(again, Rewritten) and again.code != outcome.code
    return Failed(wrong_result([NOT_SETTLED]), ours=True) if goes_on else outcome


def _lifted(script: Script, settings: Settings, in_project: InProject | None) -> Outcome:
    if (reason := left_alone(script)) and not changes_runtime(script, settings):
        if is_test(script) or uses_ray(script):
            return Untouched(reason, markers_left(script, settings))
        return _without_training(script, settings)
    from raylift.across import JointLift, Unstarted, joint_lift  # LibCST costs 0.1 s: only a script that may change pays it
    from raylift.assemble import assemble
    from raylift.emission.module import emit

    try:
        if in_project is not None:
            joint = joint_lift(script, settings, in_project)
        else:
            joint = JointLift(plan) if (plan := assemble(script, settings)) else None
    except Refusal as refusal:
        return _refused(script, settings, refusal)
    except Declined as declined:
        return Untouched(str(declined), leftovers(script, settings, None))
    except Unstarted as unstarted:
        return Untouched(str(unstarted), leftovers(script, settings, None), unstarted.notices)
    if joint is None:
        return _without_training(script, settings)
    plan = joint.plan
    code = emit(script, plan, plan.notices if settings.mark else ())
    if faults := faults_of(script.source, code, settings.runtime):
        return Failed(wrong_result(faults), ours=True)
    return Rewritten(code, plan.notices, plan.changes, leftovers(script, settings, plan.fired), joint.together)


def _without_training(script: Script, settings: Settings) -> Untouched:
    """A script in which nothing trains, as far as can be seen; what cannot is told."""
    told = doubtful_starts(script)
    fired = {(notice.rule, notice.line) for notice in told}
    return Untouched(NO_TRAINING, leftovers(script, settings, fired), unsettled(told, script, settings))


def _refused(script: Script, settings: Settings, refusal: Refusal) -> Outcome:
    left = leftovers(script, settings, None)
    settled = {notice: why_settled(notice, script, settings) for notice in refusal.notices}
    notices = tuple(notice for notice, why in settled.items() if not why)
    if not notices:
        return Untouched(next(iter(settled.values())), left)
    code = with_markers(script.source, notices).source if settings.mark else script.source
    return Refused(notices, left, None if code == script.source else code)


def _unreadable(source: bytes, error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        from raylift.script.newer_syntax import too_new

        return too_new(source) or f"syntax error: {error.msg}"
    if isinstance(error, (RecursionError, MemoryError)):
        return "the code is nested too deeply to be read"
    return str(error)
