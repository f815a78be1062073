"""Remarks of a script that have had their day: markers that are left, acks that settle nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from raylift.plan import Notice
from raylift.rules import RULES
from raylift.script import Script
from raylift.settings import Settings
from raylift.suppression.remarks import Remark, fault_of, remarks_in
from raylift.suppression.selection import why_off


def leftovers(script: Script, settings: Settings, fired: Collection[tuple[str, int]] | None) -> tuple[Notice, ...]:
    """What its remarks leave to say; `fired` are all rules that spoke, with their lines, None where not all was looked at."""
    told = (notice for remark in remarks_in(script) for notice in _of_remark(remark, fired, settings))
    return tuple(notice for notice in told if not why_off(notice.rule, settings))


def markers_left(script: Script, settings: Settings) -> tuple[Notice, ...]:
    """The same where acks are history: in a script that is lifted already."""
    return tuple(notice for notice in leftovers(script, settings, None) if notice.rule == "RL401")


def _of_remark(remark: Remark, fired: Collection[tuple[str, int]] | None, settings: Settings) -> Iterator[Notice]:
    if remark.verb == "marker":
        rule = remark.rules[0]
        remedy = f"settle it and delete the comment, or write `# raylift: ack[{rule}]` and the reason in its place"
        yield Notice(remark.line, "RL401", f"a marker is left: {rule} {remark.reason}", remedy)
    elif remark.verb == "ack" and (fault := fault_of(remark)):
        yield Notice(remark.line, "RL403", fault, "write it as `# raylift: ack[RL312] why it is right here`")
    elif remark.verb == "ack" and fired is not None:
        yield from _if_stale(remark, {rule for rule, line in fired if line in remark.lines}, settings)


def _if_stale(ack: Remark, speaking: set[str], settings: Settings) -> Iterator[Notice]:
    if stale := [rule for rule in ack.rules if rule not in speaking and _may_speak(rule, settings)]:
        text = f"{', '.join(stale)} has nothing to say here any more, so the ack settles nothing"
        yield Notice(ack.line, "RL402", text, "delete it, or move it to the line that it speaks of")


def _may_speak(rule: str, settings: Settings) -> bool:
    """Whether a rule could speak under these settings: what is silent without a flag has its day when that is given."""
    given = {
        "": True,
        "--data": bool(settings.data),
        "--inline-accelerate-config": settings.inline_config is not None,
        "--launched-by": bool(settings.launch_notices),
        "--num-workers": settings.num_workers is None,
        "--resumable": settings.resumable,
        "--runtime": not settings.target.reports_every_log,
    }
    return given.get(RULES[rule].depends, False)
