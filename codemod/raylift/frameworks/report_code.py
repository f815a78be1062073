"""How a report is written: one call with the bundled runtime, what it does with stock Ray.

    report({"loss": loss}, accelerator=accelerator, model=model)

or

    state_dict = accelerator.get_state_dict(model)
    with TemporaryDirectory() as folder:
        if accelerator.is_main_process:
            accelerator.save(state_dict, f"{folder}/model.bin")
        checkpoint = Checkpoint.from_directory(folder) if accelerator.is_main_process else None
        ray.train.report({"loss": float(loss)}, checkpoint=checkpoint)
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from raylift.frameworks.computed_metrics import Metric
from raylift.frameworks.expressions import written
from raylift.frameworks.nodes import call_name
from raylift.frameworks.report_metrics import COUNTER
from raylift.plan import NeededImport
from raylift.script import Script

WHOLE = re.compile(r"^(item|len|int|float|round|sum|exp)$")


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported, by which Accelerator, and the folder or else the model that goes with it, as they are written."""

    metrics: tuple[tuple[Metric, str], ...]
    accelerator: str
    folder: str = ""
    model: str = ""
    width: int = 90


def bundled(script: Script, report: Report, name: str) -> tuple[str, ...]:
    """The report as a call of the bundled runtime."""
    arguments = [_metrics(script, report, plain=False), f"accelerator={report.accelerator}"]
    if report.folder:
        arguments.append(f"checkpoint_dir={report.folder}")
    elif report.model:
        arguments.append(f"model={report.model}")
    return (_call(name, arguments, report.width),)


def written_out(script: Script, report: Report) -> tuple[tuple[str, ...], tuple[NeededImport, ...]]:
    """The report in stock Ray, and the imports that it needs."""
    metrics, main = _metrics(script, report, plain=True), f"{report.accelerator}.is_main_process"
    imports = NeededImport("ray.train"), NeededImport("ray.train", "Checkpoint"), NeededImport("tempfile", "TemporaryDirectory")
    if report.folder:
        waits = f"{report.accelerator}.wait_for_everyone()"
        checkpoint = f"checkpoint=Checkpoint.from_directory({report.folder}) if {main} else None"
        return (waits, _call("ray.train.report", [metrics, checkpoint], report.width)), imports[:2]
    if not report.model:
        return (_call("ray.train.report", [metrics], report.width),), imports[:1]
    state, folder = script.free_name("state_dict", "model_state"), script.free_name("folder", "checkpoint_folder")
    checkpoint = script.free_name("checkpoint", "ray_checkpoint")
    call = _call("ray.train.report", [metrics, f"checkpoint={checkpoint}"], report.width - 4)
    block = (
        f"with TemporaryDirectory() as {folder}:\n"
        f"    if {main}:\n"
        f'        {report.accelerator}.save({state}, f"{{{folder}}}/model.bin")\n'
        f"    {checkpoint} = Checkpoint.from_directory({folder}) if {main} else None\n"
        f"    {_indented(call)}\n"
    )
    return (f"{state} = {report.accelerator}.get_state_dict({report.model})", block), imports


def _metrics(script: Script, report: Report, *, plain: bool) -> str:
    """The dict of metrics; `plain` where Ray itself takes them, which knows no tensors."""
    if not report.metrics:
        return "{}"
    metric, condition = report.metrics[0]
    if len(report.metrics) == 1 and not metric.key and not condition:
        return written(script, metric.value)
    entries = [_entry(metric, written(script, metric.value), condition, plain=plain) for metric, condition in report.metrics]
    line = "{" + ", ".join(entries) + "}"
    if len(line) <= report.width - 20:
        return line
    return "{\n" + "".join(f"    {entry},\n" for entry in entries) + "}"


def _entry(metric: Metric, value: str, condition: str, *, plain: bool) -> str:
    if plain and metric.key and not _is_plain(metric.value):
        value = f"float({value})"
    if condition:
        inner = f"{{{metric.key}: {value}}}" if metric.key else value
        return f"**({inner} if {condition} else {{}})"
    return f"{metric.key}: {value}" if metric.key else f"**{_as_operand(value, metric.value)}"


def _as_operand(code: str, value: ast.expr) -> str:
    return code if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Dict, ast.DictComp)) else f"({code})"


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is surely a number of Python's own."""
    if isinstance(value, ast.BinOp):
        return _is_plain(value.left) and _is_plain(value.right)
    counts = isinstance(value, ast.Name) and bool(COUNTER.search(value.id))
    return counts or isinstance(value, ast.Constant) or bool(WHOLE.search(call_name(value)))


def _call(name: str, arguments: list[str], width: int) -> str:
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= width and "\n" not in line:
        return line
    inner = "".join(f"    {_indented(argument)},\n" for argument in arguments)
    return f"{name}(\n{inner})"


def _indented(code: str) -> str:
    return code.replace("\n", "\n    ")
