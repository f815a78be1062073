"""What starts a training, by source framework; asked before LibCST is worth its import."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from raylift.frameworks.accelerate.accelerators import backward_calls
from raylift.frameworks.accelerate.notebook_launches import notebook_launches
from raylift.frameworks.hf_trainer.trainer_classes import training_references, training_starts
from raylift.script import Script

STARTS: tuple[Callable[[Script], Sequence[ast.AST]], ...] = (
    training_starts,
    training_references,
    backward_calls,
    notebook_launches,
)
