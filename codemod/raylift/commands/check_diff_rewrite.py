"""`check`, `diff` and `rewrite`: look at every file, deliver what became of it, and answer with the gravest of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raylift.output.console import Console, complain
from raylift.pipeline.delivery import WrongUsage, delivery_for, is_joint
from raylift.pipeline.joint_delivery import deliver_jointly
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome


def execute(request: Request) -> int:
    """Carry out the request file by file and return the exit code."""
    console = Console(request)
    try:
        deliver = delivery_for(request, console)
    except WrongUsage as error:
        complain(str(error))
        return 2
    gravest = 0
    outcomes = file_outcomes(request)
    delivered = deliver_jointly(outcomes, deliver) if is_joint(request) else ((looked, deliver(looked)) for looked in outcomes)
    for looked, outcome in delivered:
        console.tell(looked.found.path, outcome)
        gravest = max(gravest, exit_code(request.command, outcome))
    console.close()
    return gravest


def exit_code(command: str, outcome: Outcome | None) -> int:
    """0 done or nothing to do, 1 would change or needs a hand, 2 bad input, 3 a fault of ours."""
    if outcome is None:
        return 0
    from raylift.outcome import Failed, Refused, Rewritten, Untouched

    match outcome:
        case Failed(ours=ours):
            return 3 if ours else 2
        case Refused():
            return 1
        case Rewritten():
            return 0 if command == "rewrite" else 1
        case Untouched(leftovers=leftovers):
            return int(command == "check" and bool(leftovers))
