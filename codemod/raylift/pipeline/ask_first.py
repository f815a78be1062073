"""`rewrite --interactive`: shows each change and asks before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raylift.output.console import Console, ask

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
    from raylift.pipeline.file_outcome import Deliver, FileOutcome


QUESTION = "{verb} {path}? [y]es, [n]o, [a]ll that follow, [q]uit: "


def ask_before(deliver: Deliver, console: Console) -> Deliver:
    """The same delivery, of what the user accepts."""
    settled: list[bool] = []  # for all that follow, once the user has said so

    def accepted(looked: FileOutcome, code: bytes, verb: str) -> bool:
        if settled:
            return settled[0]
        console.show_diff(looked.found.path, looked.source, code)
        answer = ask(QUESTION.format(verb=verb, path=looked.found.path), "ynaq")
        if answer in "aq":
            settled.append(answer == "a")
        return answer in "ya"

    def deliver_if_accepted(looked: FileOutcome) -> Outcome | None:
        from raylift.outcome import Refused, Rewritten, Untouched

        match looked.outcome:
            case Rewritten(code) if not accepted(looked, code, "Lift"):
                return Untouched("you skipped it")
            case Refused(notices, leftovers, bytes(code)) if not accepted(looked, code, "Mark"):
                return Refused(notices, leftovers)
        return deliver(looked)

    return deliver_if_accepted
