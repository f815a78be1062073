"""Every step that lifts a script, by source framework."""

from __future__ import annotations

from raylift.frameworks.accelerate import connect as accelerate
from raylift.frameworks.hf_trainer import connect as hf_trainer
from raylift.frameworks.hf_trainer import old_arguments, old_attributes, save_strategy
from raylift.hazards import steps as hazards
from raylift.plan import Step

STEPS: tuple[Step, ...] = (
    hf_trainer.connect_trainers,
    old_arguments.update_arguments,
    old_attributes.update_attributes,
    save_strategy.make_saves_reportable,
    accelerate.connect_loops,
    hazards.hazards,
)
