"""`rewrite --interactive`: shows each change and asks before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raylift.console import Console, ask

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.delivery import Deliver
    from raylift.looking import Looked
    from raylift.outcome import Outcome

QUESTION = "Lift {path}? [y]es, [n]o, [a]ll that follow, [q]uit: "


def asking(deliver: Deliver, console: Console) -> Deliver:
    """The same delivery, of what the user accepts."""
    settled: list[bool] = []  # for all that follow, once the user has said so

    def accepted(looked: Looked, code: bytes) -> bool:
        if settled:
            return settled[0]
        console.show_diff(looked.found.path, looked.source, code)
        answer = ask(QUESTION.format(path=looked.found.path), "ynaq")
        if answer in "aq":
            settled.append(answer == "a")
        return answer in "ya"

    def deliver_if_accepted(looked: Looked) -> Outcome | None:
        from raylift.outcome import Rewritten, Untouched

        if isinstance(looked.outcome, Rewritten) and not accepted(looked, looked.outcome.code):
            return Untouched("you skipped it")
        return deliver(looked)

    return deliver_if_accepted
