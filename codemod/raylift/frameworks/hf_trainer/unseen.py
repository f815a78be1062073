"""What may be a Trainer and comes from out of sight: the reader is told, once, that it was left as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.hf_trainer.trainings import possible_trainings
from raylift.plan import Case, Notice
from raylift.script import Script


def tell_unseen_trainers(case: Case) -> Iterator[Notice]:
    """The first call that may train with a Trainer which another file makes."""
    yield from unseen_trainers(case.script)


def unseen_trainers(script: Script) -> list[Notice]:
    """What must be said where nothing tells whether a Trainer trains."""
    for call, receiver in possible_trainings(script):
        name = ast.unparse(receiver)
        text = f"`{name}` comes from out of sight, so nothing tells whether `{ast.unparse(call.func)}()` trains with a Trainer of Hugging Face's"
        return [Notice(call.lineno, "RL102", text, f"if it is one, say so where it is bound: `{name}: Trainer = ...`")]
    return []
