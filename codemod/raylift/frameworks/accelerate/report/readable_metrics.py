"""Which metrics every rank can read at a place, and under which condition."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from raylift.frameworks.accelerate.loops.loop_kinds import first_and_end
from raylift.frameworks.accelerate.ranks.rank_tests import bound_for_some_ranks
from raylift.frameworks.accelerate.ranks.rank_values import ranks_in
from raylift.frameworks.accelerate.report.computed_metrics import Metric
from raylift.script import Script
from raylift.script.bound_names import readable_after, rebound_by
from raylift.script.expressions import is_harmless, own_names, written


def usable_metrics(script: Script, metrics: list[Metric], block: list[ast.stmt], place: ast.stmt) -> list[tuple[Metric, str]]:
    """The metrics that every rank can read at a place, each with the condition under which it can; later ones win."""
    end = block.index(place)
    readable = readable_after(script, place)
    for_some = bound_for_some_ranks(script, (script.function(place) or script.tree).body)
    found: dict[str, tuple[Metric, str]] = {}
    for metric in metrics:
        start = block.index(metric.source)
        if start > end or not is_harmless(metric.value) or is_changed(script, metric.value, block[start + 1 : end + 1]):
            continue
        if for_some.intersection(own_names(script, metric.value, place)) or not metric.key_names <= readable:
            continue
        if is_readable(script, metric.value, place, readable):
            found[metric.key or ast.unparse(metric.value)] = (metric, "")
        elif condition := _condition(script, metric, block[start : end + 1], place, readable):
            found.setdefault(metric.key or ast.unparse(metric.value), (metric, condition))
    return list(found.values())


def if_any_round(
    script: Script, metrics: Iterable[tuple[Metric, str]], loop: ast.stmt, place: ast.stmt
) -> Iterator[tuple[Metric, str]]:
    """The metrics of a report behind a loop; what that binds is there only if it had a round left to make, as after a resume."""
    ends, readable = first_and_end(loop), readable_after(script, place)
    can_be_asked = ends and all(is_readable(script, end, place, readable) and not is_changed(script, end, [loop]) for end in ends)
    for metric, condition in metrics:
        test = ""
        if ends and can_be_asked and is_changed(script, metric.value, [loop]):
            test = f"{written(script, ends[0])} < {written(script, ends[1])}"
        yield metric, " and ".join(filter(None, (test, condition)))


def is_readable(script: Script, expression: ast.expr, place: ast.stmt, readable: frozenset[str]) -> bool:
    return is_harmless(expression) and set(own_names(script, expression, place)) <= readable


def is_changed(script: Script, expression: ast.expr, statements: list[ast.stmt]) -> bool:
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return bool(names & rebound_by(script, statements))


def _condition(script: Script, metric: Metric, since: list[ast.stmt], place: ast.stmt, readable: frozenset[str]) -> str:
    """The script's own condition for a value, where it can be asked again and has the same answer on every rank."""
    ranks = ranks_in(script, script.function(place) or script.tree)
    for test, _ in metric.tests or ():
        if ranks.differs(test) or not is_readable(script, test, place, readable) or is_changed(script, test, since):
            return ""
    return " and ".join(_asked(script, test, holds) for test, holds in metric.tests or ())


def _asked(script: Script, test: ast.expr, holds: bool) -> str:
    code = written(script, test)
    simple = isinstance(test, (ast.Name, ast.Attribute, ast.Call, ast.Compare, ast.Subscript))
    code = code if simple and not (isinstance(test, ast.Compare) and not holds) else f"({code})"
    return code if holds else f"not {code}"
