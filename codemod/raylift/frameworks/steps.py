"""Every step that lifts a script, by source framework; a new framework adds its own to these tuples."""

from __future__ import annotations

from raylift.frameworks import retarget
from raylift.frameworks.accelerate import config_written_out, connect, launched_functions, notebook_launcher
from raylift.frameworks.accelerate import old_arguments as old_accelerate_arguments
from raylift.frameworks.hf_trainer import connect as hf_trainer
from raylift.frameworks.hf_trainer import (
    moved_arguments,
    moved_names,
    old_arguments,
    old_attributes,
    old_overrides,
    save_strategy,
    unseen,
)
from raylift.frameworks.ray_legacy import lift as ray_legacy
from raylift.frameworks.ray_legacy.legacy_uses import tuners_over_trainers
from raylift.frameworks.ray_legacy.unused_imports import drop_unused_imports, is_lifted_in_place, with_places_of_today
from raylift.frameworks.runtimes import changes_runtime
from raylift.hazards import steps as hazards
from raylift.plan import Case, Finding, Lift


def as_found(case: Case, findings: list[Finding]) -> list[Finding]:
    """The findings say all."""
    return findings


UPDATES = (
    old_arguments.update_arguments,
    old_attributes.update_attributes,
    old_overrides.update_overrides,
    moved_arguments.move_arguments,
    moved_names.update_imports,
    old_accelerate_arguments.update_accelerator,
)
INTO_TRAIN_FUNCTION = Lift(
    steps=(
        hf_trainer.connect_trainers,
        *UPDATES,
        save_strategy.make_saves_reportable,
        unseen.tell_unseen_trainers,
        notebook_launcher.call_directly,
        launched_functions.call_launched,
        notebook_launcher.tell_hidden_workers,
        config_written_out.write_out_config,
        connect.connect_loops,
        connect.resume_loops,
        drop_unused_imports,
        hazards.hazards,
    ),
    complete=as_found,
)
"""What trains moves into a train function, which a TorchTrainer launches."""

IN_PLACE = Lift(
    steps=(*ray_legacy.STEPS, old_arguments.update_arguments, old_overrides.update_overrides, hazards.hazards),
    complete=ray_legacy.with_imports_replaced,
)
"""A script of Ray 2.0 to 2.8 has a train function and a trainer already; both take today's form where they stand."""

ONLY_UPDATED = Lift(steps=UPDATES, complete=with_places_of_today)
"""A module that trains nothing itself, but has classes or makes arguments for those that do, takes today's names."""

OTHER_RUNTIME = Lift(steps=(retarget.swap_runtime,), complete=as_found)
"""A script that is lifted already names another runtime."""

IN_PLACE_FOR_OTHER_RUNTIME = Lift(steps=(*IN_PLACE.steps, retarget.swap_runtime), complete=IN_PLACE.complete)
"""Of a script that has a TorchTrainer of today's, and names of yesterday's, both change."""


def lift_for(case: Case, *, trains: bool) -> Lift:
    """The way in which a script is lifted."""
    if changes_runtime(case.script, case.settings) and not any(tuners_over_trainers(case.script)):
        return IN_PLACE_FOR_OTHER_RUNTIME if is_lifted_in_place(case.script) else OTHER_RUNTIME
    if is_lifted_in_place(case.script):
        return IN_PLACE
    return INTO_TRAIN_FUNCTION if trains else ONLY_UPDATED
