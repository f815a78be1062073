"""Methods of a Trainer class that today's Trainer hands more than they take.

    def compute_loss(self, model, inputs, return_outputs=False):

becomes

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
"""

from __future__ import annotations

from collections.abc import Iterator

from raylift.edits.functions import add_parameters
from raylift.frameworks.hf_trainer.arguments_classes import arguments_constructions
from raylift.frameworks.hf_trainer.given_arguments import arguments_given, hides_arguments
from raylift.frameworks.hf_trainer.trainer_classes import trainer_subclasses
from raylift.plan import Case, Edit, Finding, Notice
from raylift.releases.arguments import method_forms, method_grown_since
from raylift.script import Script
from raylift.script.scopes import FUNCTIONS, Function
from raylift.settings import Settings

UNDIVIDED = "where the model takes loss arguments, its loss is no longer divided by the steps of gradient accumulation"
DIVIDE = "set `self.model_accepts_loss_kwargs = False` in the constructor of a class that computes a mean of its own"


def update_overrides(case: Case) -> Iterator[Finding]:
    """Let every override take what the chosen release of transformers hands to it."""
    for node in trainer_subclasses(case.script):
        for part in node.body:
            if isinstance(part, FUNCTIONS) and (added := _missing(part, case.settings)):
                given = ", ".join(f"`{name}`" for name in added)
                why = f"`{part.name}` is given {given} since transformers {method_grown_since(part.name, added[0])}"
                yield Edit(part, add_parameters([f"{name}=None" for name in added]), "RL205", why)
                if part.name == "compute_loss" and _may_accumulate(case.script):
                    yield Notice(part.lineno, "RL205", f"{why}; {UNDIVIDED}", DIVIDE)


def _may_accumulate(script: Script) -> bool:
    """Whether a Trainer may accumulate gradients: it is told so, or nobody sees what it is told."""
    made = arguments_constructions(script)
    told = any(argument.name == "gradient_accumulation_steps" for call in made for argument in arguments_given(script, call))
    return told or not made or any(hides_arguments(script, call) for call in made)


def _missing(function: Function, settings: Settings) -> list[str]:
    """The parameters that Trainer's own method has got since it was as the override is; none where that takes all that comes."""
    today, *before = method_forms(settings, function.name) or ([],)
    if function.args.kwarg is not None:
        return []
    own = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)][1:]
    by_name = {argument.arg for argument in function.args.kwonlyargs}
    if function.name == "compute_loss":  # is handed it by name
        return [name for name in today[3:] if name not in (*own, *by_name)]
    is_old = function.args.vararg is None and any(
        len(form) == len(own) < len(today) and today[: len(own)] == form for form in before
    )
    return [name for name in today[len(own) :] if name not in (*own, *by_name)] if is_old else []
