"""Every step that lifts a script, by source framework."""

from __future__ import annotations

from raylift.frameworks.accelerate import connect as accelerate
from raylift.frameworks.hf_trainer import connect as hf_trainer
from raylift.frameworks.hf_trainer import old_arguments, old_attributes, save_strategy
from raylift.hazards import steps as hazards
from raylift.plan import Step

STEPS: tuple[Step, ...] = (
    hf_trainer.connect,
    old_arguments.modernise,
    old_attributes.modernise,
    save_strategy.reportable,
    accelerate.connect,
    hazards.hazards,
)
