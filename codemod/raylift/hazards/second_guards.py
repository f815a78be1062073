"""A second `__main__` guard, of which the workers run what it holds: only a plain one can be opened for that."""

from __future__ import annotations

from raylift.plan import Case, Refusal
from raylift.train_function.placement import is_plain_guard


def refuse_other_guards(case: Case) -> None:
    """Raise where what a guard asks besides, or its other branch, would have to move along."""
    for guard in case.placement.opened if case.placement else ():
        if not is_plain_guard(guard):
            text = "what this `__main__` guard holds moves to the workers with another guard's, and it has a condition or a branch of its own"
            raise Refusal(
                guard.lineno, "RL310", text, 'put both into one `if __name__ == "__main__":`, and the condition below it'
            )
