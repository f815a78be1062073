"""What the callbacks of a Trainer have counted: they get it back with a checkpoint, whose files a Trainer reads but does not give them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from transformers.trainer_callback import ExportableState

if TYPE_CHECKING:
    from transformers import Trainer


def restore_callbacks(trainer: Trainer, start: str) -> None:
    """Gives callbacks that keep their state in checkpoints (`EarlyStoppingCallback` its patience) what they had in this one."""
    stored = {name: iter(states) for name, states in _stored(start).items()}
    for callback in trainer.callback_handler.callbacks:
        if isinstance(callback, ExportableState):
            state = next(stored.get(type(callback).__name__, iter(())), {})
            for name, value in state.get("attributes", {}).items():
                setattr(callback, name, value)


def was_stopped(start: str) -> bool:
    """Whether a callback had ended the training when this checkpoint was written."""
    return any(state.get("args", {}).get("should_training_stop", False) for state in _stored(start).get("TrainerControl", []))


def _stored(start: str) -> dict[str, list[dict[str, Any]]]:
    with open(os.path.join(start, "trainer_state.json"), encoding="utf-8") as file:
        states: dict[str, Any] = json.load(file).get("stateful_callbacks") or {}
    return {name: state if isinstance(state, list) else [state] for name, state in states.items()}
