"""Which checkpoints Ray keeps where a script names a number of them and no score: the newest ones, and the best so far.

Ray must know the score before training begins, and only the Trainer knows what it measures. So the driver names a score of this
runtime's own, and each checkpoint carries it: its place in time, high above all others where the Trainer holds it for the best.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ray.train import Result, RunConfig
    from transformers import TrainerState

    from raylift_runtime.checkpoints.source import Source

SCORE = "raylift_place"
ASKED = "RAYLIFT_SCORES_CHECKPOINTS"
TRAINING, BEST = 10**9, 10**14  # a later training's first step lies above an earlier one's last; both are exact as floats


def by_place(run: RunConfig) -> dict[str, str]:
    """Lets Ray keep by place where the script names a number only; returns the variable that tells the workers so."""
    config = run.checkpoint_config
    if config is None or config.num_to_keep is None or config.checkpoint_score_attribute is not None:
        return {}
    run.checkpoint_config = dataclasses.replace(config, checkpoint_score_attribute=SCORE, checkpoint_score_order="max")
    return {ASKED: "1"}


def place(source: Source) -> dict[str, int]:
    """The metric that a checkpoint carries for Ray, none where the driver has not asked for it."""
    if ASKED not in os.environ:
        return {}
    return {SCORE: source.training * TRAINING + source.step + (BEST if source.is_best else 0)}


def is_best(state: TrainerState) -> bool:
    """Whether the checkpoint of this step is the best one so far by the metric that the Trainer was given."""
    best = state.best_model_checkpoint
    return bool(best) and os.path.basename(os.path.normpath(best)) == f"checkpoint-{state.global_step}"


def without_place(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics as the script reported them."""
    return {name: value for name, value in metrics.items() if name != SCORE}


def cleaned(result: Result) -> Result:
    """The result with metrics as the script reported them."""
    kept = result.best_checkpoints and [(checkpoint, without_place(metrics)) for checkpoint, metrics in result.best_checkpoints]
    metrics = None if result.metrics is None else without_place(result.metrics)
    frame = result.metrics_dataframe
    if frame is not None:
        frame = frame.drop(columns=SCORE, errors="ignore")
    return dataclasses.replace(result, metrics=metrics, best_checkpoints=kept, metrics_dataframe=frame)
