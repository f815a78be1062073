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

from raylift.edits.expressions import wrap_in_call
from raylift.edits.statements import go_on_with
from raylift.frameworks.accelerate.accelerators import visible_accelerator
from raylift.frameworks.accelerate.loops.carried import carried
from raylift.frameworks.accelerate.loops.epoch_loops import TrainingLoop, training_loops
from raylift.frameworks.accelerate.ranks.jumps import jumps
from raylift.frameworks.accelerate.ranks.rank_values import ranks_in
from raylift.frameworks.accelerate.report.checkpoints import collected_models, prepared_models, saved_folders
from raylift.frameworks.accelerate.report.code import Report, bundled_report, written_out_report
from raylift.frameworks.accelerate.report.computed_metrics import Metric
from raylift.frameworks.accelerate.report.metrics import preferred_metrics, says_more_than_count
from raylift.frameworks.accelerate.report.places import report_places
from raylift.frameworks.accelerate.report.readable_metrics import if_any_round, is_changed, is_readable, usable_metrics
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Script, remembered
from raylift.script.bound_names import readable_after
from raylift.script.expressions import written
from raylift.script.syntax import call_name, siblings
from raylift.settings import Settings

ChosenPlace = tuple[ast.stmt, list[tuple[Metric, str]]]


def connect_loops(case: Case) -> Iterator[Finding]:
    """Let every training loop report, once per epoch, where all ranks pass."""
    for training in training_loops(case.script):
        yield from _report(case.script, training, case.settings)


def resume_loops(case: Case) -> Iterator[Finding]:
    """Let every loop over epochs restart from the newest checkpoint, where the user wants that."""
    for training in training_loops(case.script) if case.settings.resumable else ():
        yield from _resume(case.script, training, case.settings)


def _report(script: Script, training: TrainingLoop, settings: Settings) -> Iterator[Finding]:
    safe, doubts = report_places(script, training)
    yield from doubts
    accelerator = visible_accelerator(script, training.anchor)
    if accelerator is None:
        text = "this loop trains, but no Accelerator is in sight here to report with"
        raise Refusal(training.anchor.lineno, "RL313", text, "hand the Accelerator to the function that loops over the epochs")
    place, report = _best(script, training, safe, accelerator)
    if not training.has_epochs:
        report = replace(report, metrics=tuple(if_any_round(script, report.metrics, training.anchor, place)))
    index = script.place_in_line(place)
    when = "after every epoch" if training.has_epochs else "once it has trained"
    if settings.target.accelerate:
        name = script.free_name("report", "ray_report")
        code = bundled_report(script, report, name)
        yield NeededImport(settings.target.accelerate, "report" if name == "report" else f"report as {name}")
    else:
        code, needed = written_out_report(script, report, place)
        yield from needed
    yield Edit(place, go_on_with(index, *code), "RL121", f"every rank reports {when}, at a place that all of them pass")
    if not any(says_more_than_count([metric]) for metric, _ in report.metrics):
        text = "no metric of this loop can be read on every rank, so it reports none"
        yield Notice(training.anchor.lineno, "RL221", text, "add what you want to see to the `report` call")
    yield from _left_out(script, training, report)


def _left_out(script: Script, training: TrainingLoop, report: Report) -> Iterator[Notice]:
    """What a report's checkpoint does not hold."""
    line, remedy = training.anchor.lineno, "save all of them with `accelerator.save_state` and report that folder"
    if training.in_updates and not report.folder:
        text = "this loop goes over updates, too many for a checkpoint after each, so its reports hold none"
        yield Notice(line, "RL228", text, "add `model=` to the `report` call where a checkpoint is due")
        return
    others = [f"`{name}`" for name in prepared_models(script, training.anchor)[1:]]
    collected = [f"`{name}`" for name in collected_models(script, training.anchor)]
    if report.model and others:
        yield Notice(line, "RL222", f"only `{report.model}` goes into the checkpoint, not {', '.join(others)}", remedy)
    elif not (report.model or report.folder) and collected:
        yield Notice(
            line, "RL222", f"{', '.join(collected)} holds several models, and none of them goes into a checkpoint", remedy
        )


def _best(script: Script, training: TrainingLoop, safe: list[ast.stmt], accelerator: str) -> tuple[ast.stmt, Report]:
    """The place with the most of the best metrics, and what is reported there."""
    block = siblings(script, safe[0])
    block = block if training.has_epochs else block[block.index(training.anchor) :]
    ordered = safe if training.has_epochs else safe[::-1]
    for metrics in preferred_metrics(script, training, block):
        chosen = [(place, usable_metrics(script, metrics, block, place)) for place in ordered]
        place, usable = max(chosen, key=lambda pair: len(pair[1]))
        if usable:
            return _before_leaving(script, training, block, (place, usable), chosen, accelerator)
    return ordered[0], _at(script, training, block[: block.index(ordered[0]) + 1], [], accelerator)


def _before_leaving(
    script: Script, training: TrainingLoop, block: list[ast.stmt], best: ChosenPlace, chosen: list[ChosenPlace], accelerator: str
) -> tuple[ast.stmt, Report]:
    """The best place, or as good a one before what may leave the loop: the last epoch reports, too."""
    place, usable = best
    report = _at(script, training, block[: block.index(place) + 1], usable, accelerator)
    ranks = ranks_in(script, script.function(place) or script.tree)
    way_out = next((i for i, statement in enumerate(block) if any(True for _ in jumps(script, statement, ranks))), len(block))
    for earlier, known in chosen:
        if block.index(earlier) < way_out <= block.index(place) and len(known) == len(usable):
            other = _at(script, training, block[: block.index(earlier) + 1], known, accelerator)
            if (other.folder, other.model) == (report.folder, report.model):
                return earlier, other
    return place, report


def _at(
    script: Script, training: TrainingLoop, until: list[ast.stmt], metrics: list[tuple[Metric, str]], accelerator: str
) -> Report:
    """The report after the last of some statements: with the folder that they wrote, else with the model."""
    place = until[-1]
    readable = readable_after(script, place)
    report = Report(tuple(metrics), accelerator, width=_width(script) - siblings(script, place)[0].col_offset)
    for saved in saved_folders(script, until):
        after = until[until.index(saved.source) + 1 :]
        if is_readable(script, saved.folder, place, readable) and not is_changed(script, saved.folder, after):
            return replace(report, folder=written(script, saved.folder))
    if training.in_updates:
        return report
    names = [name for name in prepared_models(script, training.anchor) if _is_visible(script, name, place, readable)]
    return replace(report, model=names[0] if names else "")


def _is_visible(script: Script, name: str, place: ast.stmt, readable: frozenset[str]) -> bool:
    """Whether a name or attribute can be read at a place: bound there, or not by the code around it at all."""
    base, here = name.partition(".")[0], script.scope(place)
    return base in readable or here.owner(base) is not here


@remembered
def _width(script: Script) -> int:
    """How long the script's own lines may be."""
    return max(88, min(119, max(map(len, script.source.splitlines()))))


def _resume(script: Script, training: TrainingLoop, settings: Settings) -> Iterator[Finding]:
    loop = training.anchor
    if not training.has_epochs or not isinstance(loop, ast.For) or call_name(loop.iter) not in ("range", "trange", "tqdm"):
        text = "this loop has no `range` of epochs, so it cannot restart from the newest checkpoint"
        yield Notice(
            loop.lineno, "RL223", text, "write it as `for epoch in range(...)`, or resume by hand with `ray.train.get_checkpoint`"
        )
        return
    if not settings.target.accelerate:
        text = "stock Ray has no loop that resumes by itself"
        yield Notice(loop.lineno, "RL223", text, "use the bundled runtime, or load `ray.train.get_checkpoint()` by hand")
        return
    name = script.free_name("resumable", "ray_resumable")
    accelerator = visible_accelerator(script, loop)
    needs = (NeededImport(settings.target.accelerate, "resumable" if name == "resumable" else f"resumable as {name}"),)
    change = wrap_in_call(name, f"accelerator={accelerator}")
    yield Edit(loop.iter, change, "RL122", "restarts from the newest reported checkpoint", needs)
    if anew := carried(script, loop, accelerator or ""):
        text = f"after a restart {', '.join(anew)} begin{'' if len(anew) > 1 else 's'} anew: no checkpoint holds {'them' if len(anew) > 1 else 'it'}"
        yield Notice(loop.lineno, "RL229", text, "give an object that holds it to `accelerator.register_for_checkpointing`")
