"""What `metric.compute()` gives a training, and one entry of a report."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.report.epoch_calls import Tests
from raylift.script import Script, ScriptNode
from raylift.script.expressions import is_dict
from raylift.script.functions import called_functions
from raylift.script.scopes import DEFINITIONS
from raylift.script.syntax import call_name

PLAIN_METRICS = frozenset({"datasets", "evaluate"})
"""Packages whose metrics give dicts of numbers."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of a report: `key` as it is written, or empty where `value` is a whole dict; `source` is where the script says it."""

    key: str
    value: ast.expr
    source: ast.stmt
    tests: Tests | None = None

    @property
    def key_names(self) -> set[str]:
        """The names that the key is made of; none where it is a string."""
        return {node.id for node in ast.walk(ast.parse(self.key)) if isinstance(node, ast.Name)}


def computed_metrics(script: Script, block: list[ast.stmt]) -> list[Metric]:
    """What `metric.compute()` returned; several results keep their names."""
    found: dict[str, tuple[ast.Name, ast.stmt, bool]] = {}
    for statement in block:
        for node in _outside_loops(statement):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
                if isinstance(value, ast.Call) and call_name(value) == "compute" and isinstance(value.func, ast.Attribute):
                    whole = value is node.value and computes_dict(script, value, node.targets[0].id)
                    found[node.targets[0].id] = (node.targets[0], statement, whole)
    alone = len(found) == 1
    return [
        Metric("" if whole and alone else f'"{name}"', target, statement) for name, (target, statement, whole) in found.items()
    ]


def _outside_loops(statement: ast.AST) -> Iterator[ast.AST]:
    if isinstance(statement, (*LOOPS, *DEFINITIONS)):
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, (ast.stmt, ast.ExceptHandler)):
            yield from _outside_loops(child)


def computes_dict(script: Script, call: ast.Call, name: str = "") -> bool:
    """Whether a metric's result, known as `name`, is a dict: those of `evaluate` are, those of torchmetrics are tensors."""
    functions = list(called_functions(script, call))
    if functions:
        return is_dict(script, call)
    reads = (node for node in script.all(ast.Subscript) if isinstance(node.value, ast.Name) and node.value.id == name)
    if any(isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) for node in reads):
        return True
    roots = _packages_of_metric(script, call)
    if roots:
        return bool(roots & PLAIN_METRICS)
    return any(found.name.partition(".")[0] in PLAIN_METRICS for found in script.imports())


def computes_tensors(script: Script, call: ast.Call) -> bool:
    """Whether a metric's result may hold tensors: that of a package other than `evaluate`, as torchmetrics."""
    return bool(_packages_of_metric(script, call) - PLAIN_METRICS)


def _packages_of_metric(script: Script, call: ast.Call) -> set[str]:
    """The packages that made the metric of `metric.compute()`, as far as can be seen."""
    values = script.values(call.func.value) if isinstance(call.func, ast.Attribute) else ()
    makers = [value.node for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call)]
    return {full.partition(".")[0] for maker in makers for full in script.names(maker.func)}
