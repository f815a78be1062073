"""What of all findings is carried out and told: the user's settings and the script's own remarks decide."""

from __future__ import annotations

from collections.abc import Iterable

from raylift.plan import Declined, Doubt, Edit, Finding, Launcher, NeededImport, Notice, Placement, Plan, Refusal, needed_imports
from raylift.rules import RULES
from raylift.script import Script
from raylift.settings import Settings
from raylift.suppression.remarks import fault_of, ignores, remarks_in


def plan_of(
    findings: Iterable[Finding],
    script: Script,
    settings: Settings,
    placement: Placement | None = None,
    launcher: Launcher | None = None,
) -> Plan:
    """The findings as a plan, without what is off or settled; raises Declined where that leaves no lift."""
    findings = list(findings)
    left = without_what_is_off(findings, script, settings)
    if launcher is not None and all(why_off(rule.id, settings) for rule in RULES.values() if rule.launches):
        raise Declined("no rule that lifts is selected")
    edits = tuple(finding for finding in left if isinstance(finding, Edit))
    notices = unsettled({finding for finding in left if isinstance(finding, Notice)}, script, settings)
    return Plan(edits, tuple(needed_imports(left)), notices, placement, launcher, fired_rules(findings))


def fired_rules(findings: Iterable[Finding]) -> frozenset[tuple[str, int]]:
    """The rules that have something to say, with their lines."""
    return frozenset((finding.rule, finding.line) for finding in findings if not isinstance(finding, NeededImport))


def without_what_is_off(findings: Iterable[Finding], script: Script, settings: Settings) -> list[Finding]:
    """The findings without doubts and changes whose rule is off; raises Refusal, or Declined where every lift needs the rule."""
    findings = list(findings)
    off: set[object] = set()
    for edit in (finding for finding in findings if isinstance(finding, Edit)):
        is_optional = RULES[edit.rule].kind == "update"
        why = why_off(edit.rule, settings)
        if not why and ignores(script, edit.rule, edit.line, by_name=not is_optional):
            why = f"{edit.rule} is ignored in line {edit.line}"
        if why and not is_optional:
            raise Declined(why)
        off |= {edit.group or edit.node} if why else set()
    left = [finding for finding in findings if not (isinstance(finding, Edit) and (finding.group or finding.node) in off)]
    return _without_doubts(left, script, settings)


def _without_doubts(findings: list[Finding], script: Script, settings: Settings) -> list[Finding]:
    """The findings with what the user has promised in place of their doubts; raises Refusal for those that are left."""
    doubts = sorted({finding for finding in findings if isinstance(finding, Doubt)})
    if left := [doubt for doubt in doubts if not _is_promised(doubt, script, settings)]:
        first, *more = map(_refused, left)
        raise Refusal(first.line, first.rule, first.text, first.remedy, *more)
    said = (
        Notice(each.line, each.rule, f"you said that {RULES[each.rule].promise}", f"if not, {each.remedy}") for each in doubts
    )
    return [*(finding for finding in findings if not isinstance(finding, Doubt)), *said]


def _is_promised(doubt: Doubt, script: Script, settings: Settings) -> bool:
    """Whether the user has said that it is well: for every script, or at its line; what is ignored is no promise."""
    if why_off(doubt.rule, settings) or ignores(script, doubt.rule, doubt.line):
        return False
    return settings.unsafe or is_acknowledged(doubt, script)


def _refused(doubt: Doubt) -> Notice:
    remedy = f"{doubt.remedy}; or say by --unsafe that {RULES[doubt.rule].promise}"
    return Notice(doubt.line, doubt.rule, doubt.text, remedy)


def unsettled(notices: Iterable[Notice], script: Script, settings: Settings) -> tuple[Notice, ...]:
    """The notices that nobody has settled, in the order of their lines."""
    return tuple(sorted(notice for notice in notices if not why_settled(notice, script, settings)))


def why_settled(notice: Notice, script: Script, settings: Settings) -> str:
    """Why there is nothing more to say; empty where there is."""
    if why := why_off(notice.rule, settings):
        return why
    if ignores(script, notice.rule, notice.line):
        return f"{notice.rule} is ignored in line {notice.line}"
    return f"{notice.rule} is acknowledged in line {notice.line}" if is_acknowledged(notice, script) else ""


def is_acknowledged(notice: Notice | Doubt, script: Script) -> bool:
    """Whether an ack with a reason speaks of a notice."""
    acks = (remark for remark in remarks_in(script) if remark.verb == "ack" and notice.line in remark.lines)
    return any(notice.rule in ack.rules and not fault_of(ack) for ack in acks)


def why_off(rule: str, settings: Settings) -> str:
    """Why the settings do without a rule; empty where they use it."""
    if settings.select and not rule.startswith(settings.select):
        return f"{rule} is not selected"
    return f"{rule} is ignored" if rule.startswith(settings.ignore) else ""
