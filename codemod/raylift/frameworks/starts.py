"""What starts a training or is brought up to date, by source framework; asked before LibCST is worth its import."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from raylift.frameworks.accelerate.accelerators import accelerator_constructions, backward_calls
from raylift.frameworks.accelerate.notebook_launches import notebook_launches
from raylift.frameworks.hf_trainer.arguments_classes import arguments_constructions, old_uses
from raylift.frameworks.hf_trainer.trainer_classes import (
    trainer_constructions,
    trainer_subclasses,
)
from raylift.frameworks.hf_trainer.trainings import training_references, training_starts
from raylift.script import Script

STARTS: tuple[Callable[[Script], Sequence[ast.AST]], ...] = (
    training_starts,
    training_references,
    backward_calls,
    notebook_launches,
)

UPDATED: tuple[Callable[[Script], Sequence[ast.AST]], ...] = (
    trainer_subclasses,
    trainer_constructions,
    arguments_constructions,
    old_uses,
    accelerator_constructions,
)
"""What may have names of older releases, also in a module that starts no training."""
