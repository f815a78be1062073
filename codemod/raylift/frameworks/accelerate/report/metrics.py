"""What a training reports: the best that its script itself says about an epoch.

In this order: the dict given to `accelerator.log`, what a tracker of the script's own is told, what `metric.compute()` returned,
what is printed per epoch, what is logged per step, the last loss; each as the script names it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.accelerate.accelerators import backward_calls, is_accelerator
from raylift.frameworks.accelerate.loops.epoch_loops import TrainingLoop
from raylift.frameworks.accelerate.loops.loop_kinds import counts
from raylift.frameworks.accelerate.report.computed_metrics import Metric, computed_metrics
from raylift.frameworks.accelerate.report.epoch_calls import EpochCall, epoch_calls
from raylift.frameworks.accelerate.report.printed_values import is_measure, is_print, name_of, printed_values
from raylift.frameworks.accelerate.report.texts import is_no_number
from raylift.frameworks.accelerate.report.trackers import tracked
from raylift.script import Script
from raylift.script.expressions import is_dict, written
from raylift.script.syntax import call_name, siblings

COUNTED = re.compile(r"(epoch|step|iter\w*|(^|_)i)$", re.IGNORECASE)


def preferred_metrics(script: Script, training: TrainingLoop, block: list[ast.stmt]) -> list[list[Metric]]:
    """What could be reported, best first."""
    calls = list(epoch_calls(script, block))
    per_epoch = [call for call in calls if not call.in_loop]
    own = _bound_in(training, block)
    return [
        [metric for call in per_epoch for metric in _logged(script, call)],
        [metric for call in per_epoch for metric in tracked(script, call)],
        computed_metrics(script, block),
        [metric for call in per_epoch for metric in _printed(script, call, own)],
        *(
            [metric for call in calls if call.in_loop for metric in told(script, call) if not _is_reset(script, metric, call)]
            for told in (_logged, tracked)
        ),
        list(_last_loss(script, training, block)),
        list(_epoch(training)),
    ]


def _logged(script: Script, call: EpochCall) -> Iterator[Metric]:
    node = call.node
    if call_name(node) != "log" or not isinstance(node.func, ast.Attribute) or not is_accelerator(script, node.func.value):
        return
    values = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "values"), None)
    if isinstance(values, ast.Dict):
        yield from _entries(script, values, call)
    elif isinstance(values, ast.Call) and "builtins.dict" in script.names(values.func):
        yield from (Metric(f'"{k.arg}"' if k.arg else "", k.value, call.source, call.tests) for k in values.keywords)
    elif values is not None:
        yield Metric("", values, call.source, call.tests)


def _entries(script: Script, values: ast.Dict, call: EpochCall) -> Iterator[Metric]:
    for key, value in zip(values.keys, values.values, strict=True):
        yield Metric(written(script, key) if key is not None else "", value, call.source, call.tests)


def _is_reset(script: Script, metric: Metric, call: EpochCall) -> bool:
    """Whether a value that is logged in a loop starts anew right afterwards: at the end of the epoch it says nothing."""
    names = {node.id for node in ast.walk(metric.value) if isinstance(node, ast.Name)}
    inner: ast.AST = call.node
    while inner is not call.source:
        if isinstance(inner, ast.stmt):
            block = siblings(script, inner)
            resets = [part for part in block[block.index(inner) + 1 :] if isinstance(part, ast.Assign)]
            starts = {ast.unparse(target) for part in resets if isinstance(part.value, ast.Constant) for target in part.targets}
            if names & starts:
                return True
        holder = script.parent(inner)
        assert holder is not None
        inner = holder
    return False


def _printed(script: Script, call: EpochCall, own: frozenset[str]) -> Iterator[Metric]:
    if not is_print(script, call.node):
        return
    for shown in printed_values(call.node):
        names = {node.id for node in ast.walk(shown.value) if isinstance(node, ast.Name)}
        if not names & own or is_no_number(script, shown.value):
            continue
        if isinstance(shown.value, ast.Dict):
            yield from _entries(script, shown.value, call)
        elif is_dict(script, shown.value):
            yield Metric("", shown.value, call.source, call.tests)
        elif is_measure(shown):
            yield Metric(f'"{name_of(shown)}"', shown.value, call.source, call.tests)


def _last_loss(script: Script, training: TrainingLoop, block: list[ast.stmt]) -> Iterator[Metric]:
    """The losses that are differentiated, where they are computed in the same function."""
    function = script.function(training.anchor)
    for call in backward_calls(script) if training.backward else ():
        loss = call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else None
        source = next((statement for statement in block if statement in (call, *script.enclosing(call))), None)
        if loss is not None and source is not None and script.function(call) is function:
            name = loss.id if isinstance(loss, ast.Name) else loss.attr if isinstance(loss, ast.Attribute) else "loss"
            yield Metric(f'"{name}"', loss, source)


def _epoch(training: TrainingLoop) -> Iterator[Metric]:
    loop = training.anchor
    if training.has_epochs and isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and counts(loop):
        yield Metric('"epoch"', loop.target, loop.body[0])


def _bound_in(training: TrainingLoop, block: list[ast.stmt]) -> frozenset[str]:
    """The names that get a value in the training: what is fixed before says nothing about an epoch."""
    holders: list[ast.AST] = [*block, *([training.anchor.target] if isinstance(training.anchor, ast.For) else [])]
    stored = {
        node.id for part in holders for node in ast.walk(part) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    changed = {name for part in holders for node in ast.walk(part) for name in _changed_in_place(node)}
    return frozenset(stored | changed)


def _changed_in_place(node: ast.AST) -> Iterator[str]:
    """`x[key] = ...` and `x.append(...)` give `x` another content."""
    holder: ast.AST | None = None
    if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
        holder = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        holder = node.func.value
    if isinstance(holder, ast.Name):
        yield holder.id


def says_more_than_count(metrics: list[Metric]) -> bool:
    """Whether a report holds anything but counters of epochs and steps."""
    return any(not COUNTED.search(metric.key.strip("\"'")) for metric in metrics)
