"""What follows the making of a Trainer, and the last checkpoint that Ray used to force.

trainer.add_callback(RayTrainReportCallback())
trainer.add_callback(SaveAtEndCallback())      where the Trainer's own strategies might leave it out
trainer = prepare_trainer(trainer)
trainer.train()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.frameworks.ray_legacy.shards import arguments_of
from raylift.frameworks.ray_legacy.trainer_calls import LegacyCall
from raylift.plan import Notice
from raylift.script import ScriptNode
from raylift.settings import Settings


def steps_of(trainer: str, last_save: bool) -> list[str]:
    """What follows the making of a Trainer."""
    steps = [f"{trainer}.add_callback(RayTrainReportCallback())"]
    if last_save:
        steps.append(f"{trainer}.add_callback(SaveAtEndCallback())")
    return [*steps, f"{trainer} = prepare_trainer({trainer})", f"{trainer}.train()"]


def _save_strategies(init: ScriptNode | None) -> list[object]:
    """What is said of saving, once for each TrainingArguments in sight; None where it is not said, or not as a literal."""
    found: list[object] = []
    for call in arguments_of(init):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        strategy = given.get("save_strategy")
        found.append(strategy.value if isinstance(strategy, ast.Constant) else None)
    return found


def needs_last_save(init: ScriptNode | None, settings: Settings) -> bool:
    """Whether training might end without the log, the evaluation and the checkpoint that Ray used to force."""
    strategies = _save_strategies(init)
    return bool(settings.target.legacy) and (not strategies or any(strategy != "epoch" for strategy in strategies))


def lost_save(call: LegacyCall, init: ScriptNode | None, settings: Settings) -> Iterator[Notice]:
    if not settings.target.reports_every_log and "no" in _save_strategies(init):
        text = "TransformersTrainer saved and reported at the end all the same; Ray's callback reports when the Trainer saves"
        yield Notice(call.line, "RL138", text, 'set save_strategy="epoch", or call ray.train.report on every rank')
