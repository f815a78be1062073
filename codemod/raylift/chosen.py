"""What of all findings is carried out and told: the user's settings and the script's own remarks decide."""

from __future__ import annotations

from collections.abc import Iterable

from raylift.placement import Placement
from raylift.plan import Edit, Finding, Launcher, NeededImport, Notice, Plan
from raylift.remarks import fault_of
from raylift.script import Script
from raylift.settings import Settings


def plan_of(
    findings: Iterable[Finding],
    script: Script,
    settings: Settings,
    placement: Placement | None = None,
    launcher: Launcher | None = None,
) -> Plan:
    """The findings as a plan, without the notices that are settled."""
    findings = list(findings)
    edits = tuple(finding for finding in findings if isinstance(finding, Edit))
    imports = tuple(finding for finding in findings if isinstance(finding, NeededImport))
    notices = {finding for finding in findings if isinstance(finding, Notice)}
    fired = frozenset((finding.rule, finding.line) for finding in findings if isinstance(finding, (Edit, Notice)))
    return Plan(edits, imports, open_ones(notices, script, settings), placement, launcher, fired)


def open_ones(notices: Iterable[Notice], script: Script, settings: Settings) -> tuple[Notice, ...]:
    """The notices that nobody has settled, in the order of their lines."""
    return tuple(sorted(notice for notice in notices if not is_settled(notice.rule, notice.line, script, settings)))


def is_settled(rule: str, line: int, script: Script, settings: Settings) -> bool:
    """Whether there is nothing more to say of a rule at a line: by a setting, by `ignore` there, or by `ack` there."""
    if rule in settings.ignore:
        return True
    for remark in script.remarks:
        if line in remark.lines and remark.verb == "ignore" and (not remark.rules or rule in remark.rules):
            return True
        if line in remark.lines and remark.verb == "ack" and rule in remark.rules and not fault_of(remark):
            return True
    return False
