"""Accelerate training loops.

Before:

    for epoch in range(num_epochs):
        for batch in loader:
            accelerator.backward(model(**batch).loss)
            ...
        eval_metric = metric.compute()

becomes, inside the train function, with one line more at a place that every rank passes:

    for epoch in range(num_epochs):
        ...
        eval_metric = metric.compute()
        report(eval_metric, accelerator=accelerator, model=model)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from raylift.edits import go_on_with, wrap_in_call
from raylift.frameworks import accelerate_arguments, accelerate_plugins, notebook_launcher
from raylift.frameworks.accelerators import visible_accelerator
from raylift.frameworks.bound_names import bound_for_some_ranks, readable_after, rebound_by
from raylift.frameworks.epoch_loops import Training, trainings
from raylift.frameworks.expressions import is_harmless, own_names, written
from raylift.frameworks.rank_guards import Ranks, call_name
from raylift.frameworks.report_checkpoints import folders, models
from raylift.frameworks.report_code import Report, bundled, written_out
from raylift.frameworks.report_metrics import Metric, preferences, says_more_than_count
from raylift.frameworks.report_places import places, siblings
from raylift.plan import Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Script, remembered
from raylift.settings import Settings

MODULE = "raylift_runtime.accelerate"


def connect(script: Script, settings: Settings) -> Iterator[Finding]:
    """Let every training loop report, once per epoch, where all ranks pass; the rest of Accelerate keeps to today's names."""
    yield from accelerate_arguments.modernise(script)
    yield from notebook_launcher.call_directly(script)
    if settings.inline_config:
        yield from accelerate_plugins.write_out(script, settings.inline_config)
    yield from notebook_launcher.hidden_workers(script, settings)
    for training in trainings(script):
        yield from _report(script, training, settings)
        if settings.resumable:
            yield from _resume(script, training, settings)


def _report(script: Script, training: Training, settings: Settings) -> Iterator[Finding]:
    safe = places(script, training)
    accelerator = visible_accelerator(script, training.anchor)
    if accelerator is None:
        text = "this loop trains, but no Accelerator is in sight here to report with"
        raise Refusal(training.anchor.lineno, "RL313", text, "hand the Accelerator to the function that loops over the epochs")
    place, report = _best(script, training, safe, accelerator)
    index = script.place_in_line(place)
    when = "after every epoch" if training.has_epochs else "once it has trained"
    if settings.runtime == "raylift":
        name = script.free_name("report", "ray_report")
        code = bundled(script, report, name)
        yield NeededImport(MODULE, "report" if name == "report" else f"report as {name}")
    else:
        code, needed = written_out(script, report)
        yield from needed
    yield Edit(place, go_on_with(index, *code), "RL121", f"every rank reports {when}, at a place that all of them pass")
    if not any(says_more_than_count([metric]) for metric, _ in report.metrics):
        text = "no metric of this loop can be read on every rank, so it reports none"
        yield Notice(training.anchor.lineno, "RL221", text, "add what you want to see to the `report` call")
    others = models(script, training.anchor)
    if report.model and len(others) > 1:
        text = f"only `{report.model}` goes into the checkpoint, not {', '.join(f'`{name}`' for name in others[1:])}"
        yield Notice(
            training.anchor.lineno, "RL222", text, "save all of them with `accelerator.save_state` and report that folder"
        )


def _best(script: Script, training: Training, safe: list[ast.stmt], accelerator: str) -> tuple[ast.stmt, Report]:
    """The place with the most of the best metrics, and what is reported there."""
    block = siblings(script, safe[0])
    block = block if training.has_epochs else block[block.index(training.anchor) :]
    ordered = safe if training.has_epochs else safe[::-1]
    for metrics in preferences(script, training, block):
        chosen = [(place, _usable(script, metrics, block, place)) for place in ordered]
        place, usable = max(chosen, key=lambda pair: len(pair[1]))
        if usable:
            return place, _at(script, training, block[: block.index(place) + 1], usable, accelerator)
    return ordered[0], _at(script, training, block[: block.index(ordered[0]) + 1], [], accelerator)


def _at(script: Script, training: Training, until: list[ast.stmt], metrics: list[tuple[Metric, str]], accelerator: str) -> Report:
    """The report after the last of some statements: with the folder that they wrote, else with the model."""
    place = until[-1]
    readable = readable_after(script, place)
    report = Report(tuple(metrics), accelerator, width=_width(script) - place.col_offset)
    for saved in folders(script, until):
        after = until[until.index(saved.source) + 1 :]
        if _is_readable(script, saved.folder, place, readable) and not _changed(saved.folder, after):
            return replace(report, folder=written(script, saved.folder))
    names = [
        name for name in models(script, training.anchor) if "." in name or name in readable or script.function(place) is None
    ]
    return replace(report, model=names[0] if names else "")


@remembered
def _width(script: Script) -> int:
    """How long the script's own lines may be."""
    return max(88, min(119, max(map(len, script.source.splitlines()))))


def _usable(script: Script, metrics: list[Metric], block: list[ast.stmt], place: ast.stmt) -> list[tuple[Metric, str]]:
    """The metrics that every rank can read at a place, each with the condition under which it can; later ones win."""
    end = block.index(place)
    readable = readable_after(script, place)
    for_some = bound_for_some_ranks(script, (script.function(place) or script.tree).body)
    found: dict[str, tuple[Metric, str]] = {}
    for metric in metrics:
        start = block.index(metric.source)
        if start > end or not is_harmless(metric.value) or _changed(metric.value, block[start + 1 : end + 1]):
            continue
        if for_some.intersection(own_names(script, metric.value, place)) or not metric.key_names <= readable:
            continue
        if _is_readable(script, metric.value, place, readable):
            found[metric.key or ast.unparse(metric.value)] = (metric, "")
        elif condition := _condition(script, metric, block[start : end + 1], place, readable):
            found.setdefault(metric.key or ast.unparse(metric.value), (metric, condition))
    return list(found.values())


def _is_readable(script: Script, expression: ast.expr, place: ast.stmt, readable: frozenset[str]) -> bool:
    return is_harmless(expression) and set(own_names(script, expression, place)) <= readable


def _changed(expression: ast.expr, statements: list[ast.stmt]) -> bool:
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return bool(names & rebound_by(statements))


def _condition(script: Script, metric: Metric, since: list[ast.stmt], place: ast.stmt, readable: frozenset[str]) -> str:
    """The script's own condition for a value, where it can be asked again and has the same answer on every rank."""
    ranks = Ranks(script, script.function(place) or script.tree)
    for test, _ in metric.tests or ():
        if ranks.differs(test) or not _is_readable(script, test, place, readable) or _changed(test, since):
            return ""
    return " and ".join(_asked(script, test, holds) for test, holds in metric.tests or ())


def _asked(script: Script, test: ast.expr, holds: bool) -> str:
    code = written(script, test)
    simple = isinstance(test, (ast.Name, ast.Attribute, ast.Call, ast.Compare, ast.Subscript))
    code = code if simple and not (isinstance(test, ast.Compare) and not holds) else f"({code})"
    return code if holds else f"not {code}"


def _resume(script: Script, training: Training, settings: Settings) -> Iterator[Finding]:
    loop = training.anchor
    if not training.has_epochs or not isinstance(loop, ast.For) or call_name(loop.iter) not in ("range", "trange", "tqdm"):
        text = "this loop has no `range` of epochs, so it cannot restart from the newest checkpoint"
        yield Notice(
            loop.lineno, "RL223", text, "write it as `for epoch in range(...)`, or resume by hand with `ray.train.get_checkpoint`"
        )
        return
    if settings.runtime == "ray":
        text = "stock Ray has no loop that resumes by itself"
        yield Notice(loop.lineno, "RL223", text, "use the bundled runtime, or load `ray.train.get_checkpoint()` by hand")
        return
    name = script.free_name("resumable", "ray_resumable")
    accelerator = visible_accelerator(script, loop)
    yield NeededImport(MODULE, "resumable" if name == "resumable" else f"resumable as {name}")
    yield Edit(
        loop.iter, wrap_in_call(name, f"accelerator={accelerator}"), "RL122", "restarts from the newest reported checkpoint"
    )
