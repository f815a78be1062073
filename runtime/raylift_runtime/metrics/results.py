"""The metrics of a run where they are kept: `metrics.jsonl` in the run's storage, and Ray's `Result`."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

import pyarrow.fs
from ray.train import UserCallback

from raylift_runtime import output
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.metrics.outbox import Returned
from raylift_runtime.metrics.report import Report, as_json, from_json
from raylift_runtime.storage import ray_snapshot as snapshots
from raylift_runtime.storage.files import insist, replace, run_folder

if TYPE_CHECKING:
    from ray.train import Checkpoint, Result, RunConfig

LINES = "metrics.jsonl"
LAST = "metrics_last.json"


class MetricsFile(UserCallback):  # type: ignore[misc]  # Ray ships no types
    """Writes every reported metric to `metrics.jsonl` in the run's storage, one line per log, in order; runs in Ray's controller."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        self.environment = environment or {}
        self.speaks_to_driver = False
        self._lines: list[dict[str, Any]] | None = None
        self._waiting: list[Report] = []
        self._is_written = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrives in the controller's process, before Ray keeps any record there; with it what the storage asks of the environment."""
        self.__dict__.update(state)
        os.environ.update(self.environment)
        if self.speaks_to_driver:
            output.speak_to_driver()
        snapshots.write_whole()

    def after_report(self, run_context: Any, metrics: list[dict[str, Any]], checkpoint: Checkpoint | None) -> None:
        """Adds what rank 0 reported; lines of steps that an attempt repeats replace those of the attempt before.

        A storage that fails, be it to read or to write, is tried again, at last with the next report.
        """
        report = metrics[0] if isinstance(metrics[0], Report) else Report(metrics[0])
        self._waiting.append(report)
        filesystem, folder = run_folder(run_context.run_config)
        try:
            insist(lambda: self._write(report, filesystem, folder))
        except OSError as error:
            output.tell(f"the metrics could not be stored, and will be with the next report: {error}")
        if checkpoint is not None:
            output.tell(f"checkpoint{_place(report)} in {checkpoint.path}")

    def _write(self, report: Report, filesystem: pyarrow.fs.FileSystem, folder: str) -> None:
        lines = read_lines(filesystem, folder) if self._lines is None else self._lines
        reports, self._waiting = self._waiting, []
        only_adds, self._is_written = self._is_written and all(report.since is None for report in reports), False
        for report in reports:
            lines = merged(lines, report)
        self._lines, added = lines, [line for report in reports for line in report.logs]
        if not only_adds or not _append(filesystem, f"{folder}/{LINES}", added):
            _write(filesystem, f"{folder}/{LINES}", self._lines)  # also after a start, when half a line may stand at the end
        _write(filesystem, f"{folder}/{LAST}", [keeping.without_place(report)])
        self._is_written = True

    def after_exception(self, run_context: Any, worker_exceptions: dict[int, Exception]) -> None:
        """Says which rank failed; whether training goes on is up to the run's FailureConfig."""
        for rank, error in sorted(worker_exceptions.items()):
            output.tell(f"rank {rank} failed: {_last_line(error)}")


def _place(report: Report) -> str:
    """Where in its training a checkpoint was taken: the step that the script reported, else the epoch, else how many reports there were."""
    named = next((name for name in ("step", "epoch") if isinstance(report.get(name), (int, float))), None)
    if named is not None:
        return f" of {named} {report[named]:g}" if isinstance(report[named], float) else f" of {named} {report[named]}"
    number = report.logs[-1].get("step") if report.logs else None
    return "" if number is None else f" of report {number}"


def _last_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__


def merged(lines: list[dict[str, Any]], report: Report) -> list[dict[str, Any]]:
    """The lines of a run with those of a report: a training that begins again at a step replaces its lines after that step.

    A report that only adds does so to the list that it is given: a long run has many lines, and reports every few seconds.
    """
    if report.since is None:
        lines.extend(report.logs)
        return lines

    def is_before(line: dict[str, Any]) -> bool:
        number = line.get("training", 0)
        return bool(number < report.training or (number == report.training and line.get("step", 0) <= report.since))

    later = [line for line in lines if line.get("training", 0) > report.training]
    return [*filter(is_before, lines), *report.logs, *later]


def read_lines(filesystem: pyarrow.fs.FileSystem, folder: str, name: str = LINES) -> list[dict[str, Any]]:
    """The lines of a run's metrics file, none if it has no such file; half a line at the end is left out."""
    if not filesystem.get_file_info(f"{folder}/{name}").is_file:
        return []
    with filesystem.open_input_stream(f"{folder}/{name}") as stream:
        text = stream.read().decode()
    return [from_json(line) for line in text.split("\n")[:-1] if line]


def complete(result: Result, run: RunConfig) -> Result:
    """Ray's result with the metrics it leaves out: those reported without a checkpoint, and those after the last report."""
    import pandas

    late = late_lines(result)
    result = keeping.cleaned(unwrapped(result))
    filesystem, folder = run_folder(run)
    try:
        lines = [*insist(lambda: read_lines(filesystem, folder)), *late]
        last = insist(lambda: read_lines(filesystem, folder, LAST))
        if late:
            _write(filesystem, f"{folder}/{LINES}", lines)
    except OSError as error:
        print(f"raylift: the metrics in {folder} could not be read or completed, and the result lacks them: {error}", flush=True)
        return result
    if not lines:
        return result
    metrics = dict(last[0]) if last else {}
    for line in late:
        metrics |= line
    return dataclasses.replace(result, metrics=metrics, metrics_dataframe=pandas.DataFrame(lines))


def late_lines(result: Result) -> list[dict[str, Any]]:
    """The lines that came back with the train function's value, because no report carried them."""
    returned = getattr(result, "return_value", None)
    return returned.logs if isinstance(returned, Returned) else []


def unwrapped(result: Result) -> Result:
    """The result with the train function's own value."""
    returned = getattr(result, "return_value", None)
    return dataclasses.replace(result, return_value=returned.value) if isinstance(returned, Returned) else result


def _append(filesystem: pyarrow.fs.FileSystem, path: str, lines: list[dict[str, Any]]) -> bool:
    """Whether the lines could be appended: only file systems with real files can do that."""
    if not isinstance(filesystem, pyarrow.fs.LocalFileSystem):
        return False
    filesystem.create_dir(path.rpartition("/")[0])
    with open(path, "a", encoding="utf-8") as file:
        file.writelines(as_json(line) + "\n" for line in lines)
    return True


def _write(filesystem: pyarrow.fs.FileSystem, path: str, lines: list[dict[str, Any]]) -> None:
    replace(filesystem, path, "".join(as_json(line) + "\n" for line in lines).encode())
