"""What the user has settled, by a comment at a line or by a setting, and which of those comments have had their day."""

from __future__ import annotations

from collections.abc import Iterator

from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.recognise import is_test, uses_ray
from raylift.remarks import Remark
from raylift.rules import RULES
from raylift.script import Script
from raylift.settings import Settings


def with_remarks(outcome: Outcome, script: Script, settings: Settings) -> Outcome:
    """The outcome without the notices that are settled, and with what the script's own remarks leave to say."""

    def open_ones(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        return tuple(n for n in notices if n.rule not in settings.ignore and not is_settled(n, script.remarks))

    leftovers = tuple(notice for notice in _leftovers(outcome, script) if notice.rule not in settings.ignore)
    match outcome:
        case Refused(notices):
            left = open_ones(notices)
            return Refused(left, leftovers) if left else Untouched("what stops its lift is settled", leftovers)
        case Rewritten(code, notices, changes):
            return Rewritten(code, open_ones(notices), changes, leftovers)
        case Untouched(reason):
            return Untouched(reason, leftovers)
    return outcome


def is_settled(notice: Notice, remarks: tuple[Remark, ...]) -> bool:
    """Whether a remark settles a notice; `ignore` without a rule settles all of its line."""
    spoken = (remark for remark in remarks if notice.line in remark.lines)
    return any(_settles(remark, notice.rule) for remark in spoken)


def _settles(remark: Remark, rule: str) -> bool:
    if remark.verb == "ack":
        return rule in remark.rules and not _fault(remark)
    return remark.verb == "ignore" and (not remark.rules or rule in remark.rules)


def _fault(ack: Remark) -> str:
    """What an ack lacks; empty where it is right."""
    if not ack.rules:
        return "this ack names no rule"
    if unknown := [rule for rule in ack.rules if rule not in RULES]:
        return f"there is no rule {', '.join(unknown)} to acknowledge"
    return "" if ack.reason else f"this ack of {', '.join(ack.rules)} gives no reason"


def _leftovers(outcome: Outcome, script: Script) -> Iterator[Notice]:
    """What the script's remarks leave to say; in a script that is lifted already acks are history."""
    for remark in script.remarks:
        if remark.verb == "ack" and _was_judged(outcome, script):
            yield from _of_ack(remark, outcome)


def _was_judged(outcome: Outcome, script: Script) -> bool:
    return not isinstance(outcome, Untouched) or not (is_test(script) or uses_ray(script))


def _of_ack(ack: Remark, outcome: Outcome) -> Iterator[Notice]:
    if fault := _fault(ack):
        yield Notice(ack.line, "RL403", fault, "write it as `# raylift: ack[RL312] why it is right here`")
        return
    if isinstance(outcome, (Refused, Failed)):
        return  # the rest of the script was not looked at
    told = (*outcome.notices, *outcome.changes) if isinstance(outcome, Rewritten) else ()
    fired = {notice.rule for notice in told if notice.line in ack.lines}
    if stale := [rule for rule in ack.rules if rule not in fired]:
        text = f"{', '.join(stale)} has nothing to say here any more, so the ack settles nothing"
        yield Notice(ack.line, "RL402", text, "delete it, or move it to the line that it speaks of")
