"""Every step that lifts a script, by source framework; a new framework adds its own to these tuples."""

from __future__ import annotations

from raylift.frameworks import retarget
from raylift.frameworks.accelerate import config_written_out, connect, notebook_launcher
from raylift.frameworks.accelerate import old_arguments as old_accelerate_arguments
from raylift.frameworks.hf_trainer import connect as hf_trainer
from raylift.frameworks.hf_trainer import old_arguments, old_attributes, save_strategy
from raylift.frameworks.ray_legacy import lift as ray_legacy
from raylift.frameworks.ray_legacy.legacy_names import has_legacy
from raylift.frameworks.runtimes import changes_runtime
from raylift.hazards import steps as hazards
from raylift.plan import Case, Finding, Lift
from raylift.script import Script
from raylift.settings import Settings


def as_found(case: Case, findings: list[Finding]) -> list[Finding]:
    """The findings say all."""
    return findings


INTO_TRAIN_FUNCTION = Lift(
    steps=(
        hf_trainer.connect_trainers,
        old_arguments.update_arguments,
        old_attributes.update_attributes,
        save_strategy.make_saves_reportable,
        old_accelerate_arguments.update_accelerator,
        notebook_launcher.call_directly,
        notebook_launcher.tell_hidden_workers,
        config_written_out.write_out_config,
        connect.connect_loops,
        connect.resume_loops,
        hazards.hazards,
    ),
    complete=as_found,
)
"""What trains moves into a train function, which a TorchTrainer launches."""

IN_PLACE = Lift(
    steps=(*ray_legacy.STEPS, old_arguments.update_arguments, hazards.hazards),
    complete=ray_legacy.with_imports_replaced,
)
"""A script of Ray 2.0 to 2.8 has a train function and a trainer already; both take today's form where they stand."""


OTHER_RUNTIME = Lift(steps=(retarget.swap_runtime,), complete=as_found)
"""A script that is lifted already names another runtime."""


def lift_for(script: Script, settings: Settings) -> Lift:
    """The way in which a script is lifted."""
    if changes_runtime(script, settings):
        return OTHER_RUNTIME
    return IN_PLACE if has_legacy(script) else INTO_TRAIN_FUNCTION
