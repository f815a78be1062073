"""What a script tells a tracker that it holds itself, beside its Accelerator.

wandb.log({"loss": mean_loss})        writer.add_scalar("loss", mean_loss, epoch)        mlflow.log_metric("loss", mean_loss)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.accelerate.report.computed_metrics import Metric
from raylift.frameworks.accelerate.report.epoch_calls import EpochCall
from raylift.frameworks.accelerate.report.texts import is_no_number
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written
from raylift.script.syntax import call_name

TRACKERS = re.compile(
    r"^(clearml|comet_ml|dvclive|mlflow|neptune|swanlab|tensorboardX|torch\.utils\.tensorboard|trackio|wandb)\b"
)
OF_ONE = frozenset({"add_scalar", "log_metric", "log_scalar"})
"""Methods that take a name and its value, whoever has them."""
OF_SEVERAL = frozenset({"log", "log_metrics"})
"""Methods that take a dict, of a tracker in sight."""


def tracked(script: Script, call: EpochCall) -> Iterator[Metric]:
    """The numbers that a call gives to a tracker; pictures, tables and texts are none."""
    node, name = call.node, call_name(call.node)
    if not isinstance(node.func, ast.Attribute):
        return
    if name in OF_ONE and len(node.args) >= 2:
        yield from _number(script, node.args[0], node.args[1], call)
    elif name in OF_SEVERAL and node.args and _is_tracker(script, node.func):
        dicts = [node.args[0]] if isinstance(node.args[0], ast.Dict) else []
        for key, value in ((key, value) for each in dicts for key, value in zip(each.keys, each.values, strict=True)):
            if key is not None:
                yield from _number(script, key, value, call)


def _number(script: Script, key: ast.expr, value: ast.expr, call: EpochCall) -> Iterator[Metric]:
    made = [each.node for each in script.values(value) if isinstance(each, ScriptNode) and isinstance(each.node, ast.Call)]
    is_media = any(TRACKERS.match(name) for each in made for name in script.names(each.func))
    if not is_media and not is_no_number(script, value):
        yield Metric(written(script, key), value, call.source, call.tests)


def _is_tracker(script: Script, called: ast.Attribute) -> bool:
    """Whether a method is that of a tracker's module, or of what such a module gave."""
    if any(map(TRACKERS.match, script.names(called))):
        return True
    made = (each.node for each in script.values(called.value) if isinstance(each, ScriptNode))
    return any(isinstance(node, ast.Call) and any(map(TRACKERS.match, script.names(node.func))) for node in made)
