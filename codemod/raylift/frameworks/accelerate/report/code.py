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
from dataclasses import dataclass, replace

from raylift.frameworks.accelerate.report.computed_metrics import Metric, computes_dict, computes_tensors
from raylift.frameworks.accelerate.report.numbers import is_number
from raylift.plan import NeededImport
from raylift.script import Script, ScriptNode
from raylift.script.expressions import is_dict, written
from raylift.script.syntax import call_name


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported, by which Accelerator, and the folder or else the model that goes with it, as they are written."""

    metrics: tuple[tuple[Metric, str], ...]
    accelerator: str
    folder: str = ""
    model: str = ""
    width: int = 90


def bundled_report(script: Script, report: Report, name: str) -> tuple[str, ...]:
    """The report as a call of the bundled runtime."""
    arguments = [_metrics(script, report, plain=False), f"accelerator={report.accelerator}"]
    if report.folder:
        arguments.append(f"checkpoint_dir={report.folder}")
    elif report.model:
        arguments.append(f"model={report.model}")
    return (_call(name, arguments, report.width),)


def written_out_report(script: Script, report: Report, place: ast.stmt) -> tuple[tuple[str, ...], tuple[NeededImport, ...]]:
    """The report in stock Ray after a statement, and the imports that it needs."""
    metrics, main = _metrics(script, report, plain=True), f"{report.accelerator}.is_main_process"
    imports = NeededImport("ray.train"), NeededImport("ray.train", "Checkpoint"), NeededImport("tempfile", "TemporaryDirectory")
    if report.folder:
        waits = f"{report.accelerator}.wait_for_everyone()"
        checkpoint = f"checkpoint=Checkpoint.from_directory({report.folder}) if {main} else None"
        call = _call("ray.train.report", [metrics, checkpoint], report.width)
        return (call,) if ast.unparse(place) == waits else (waits, call), imports[:2]
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
    model = report.model
    if any(True for _ in script.calls_to("torch.compile")):  # whose wrapper has other keys
        model = f"{report.accelerator}.unwrap_model({model}, keep_torch_compile=False)"
    return (f"{state} = {report.accelerator}.get_state_dict({model})", block), imports


def _metrics(script: Script, report: Report, *, plain: bool) -> str:
    """The dict of metrics; `plain` where Ray itself takes them, which knows no tensors."""
    if not report.metrics:
        return "{}"
    metric, condition = report.metrics[0]
    if len(report.metrics) > 1 and condition and {each for _, each in report.metrics} == {condition}:
        same = replace(report, metrics=tuple((each, "") for each, _ in report.metrics))
        return f"{_metrics(script, same, plain=plain)} if {condition} else {{}}"
    if len(report.metrics) == 1 and not metric.key and not condition:
        return _as_numbers(script, metric.value) if plain else written(script, metric.value)
    entries = [_entry(script, metric, condition, plain=plain) for metric, condition in report.metrics]
    line = "{" + ", ".join(entries) + "}"
    if len(line) <= report.width - 20:
        return line
    return "{\n" + "".join(f"    {entry},\n" for entry in entries) + "}"


def _entry(script: Script, metric: Metric, condition: str, *, plain: bool) -> str:
    value = written(script, metric.value)
    if plain and (not metric.key or _is_whole(script, metric.value)):
        value = _as_numbers(script, metric.value)
    elif plain and not is_number(script, metric.value):
        value = f"float({value})"
    if condition:
        inner = f"{{{metric.key}: {value}}}" if metric.key else value
        return f"**({inner} if {condition} else {{}})"
    return f"{metric.key}: {value}" if metric.key else f"**{_as_operand(value, metric.value)}"


def _as_numbers(script: Script, value: ast.expr) -> str:
    """A whole dict of metrics for Ray itself, which raises on tensors: as it is, where all in it are surely numbers."""
    code = written(script, value)
    if _holds_numbers(script, value):
        return code
    items = f"{_as_operand(code, value)}.items()"
    return f'{{key: value.item() if hasattr(value, "item") else value for key, value in {items}}}'


def _holds_numbers(script: Script, value: ast.expr) -> bool:
    found = list(script.values(value))
    return bool(found) and all(isinstance(each, ScriptNode) and _is_of_numbers(each) for each in found)


def _is_of_numbers(found: ScriptNode) -> bool:
    if isinstance(found.node, ast.Call):
        return call_name(found.node) == "compute" and not computes_tensors(found.script, found.node)
    if not isinstance(found.node, ast.Dict):
        return False
    inner = (value for value in found.node.values if not is_number(found.script, value))
    return all(_holds_numbers(found.script, value) for value in inner)


def _as_operand(code: str, value: ast.expr) -> str:
    return code if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Dict, ast.DictComp)) else f"({code})"


def _is_whole(script: Script, value: ast.expr) -> bool:
    """Whether a value is a dict of metrics: Ray takes one inside another."""
    calls = [found.node for found in script.values(value) if isinstance(found, ScriptNode) and isinstance(found.node, ast.Call)]
    return is_dict(script, value) or any(call_name(call) == "compute" and computes_dict(script, call) for call in calls)


def _call(name: str, arguments: list[str], width: int) -> str:
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= width and "\n" not in line:
        return line
    inner = "".join(f"    {_indented(argument)},\n" for argument in arguments)
    return f"{name}(\n{inner})"


def _indented(code: str) -> str:
    return code.replace("\n", "\n    ")
