"""Every reported metric is kept, in order and once, and comes back with the result."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.fs
import pytest
from ray.train import Checkpoint, Result, RunConfig
from tests.since import needs

from raylift_runtime.metrics import results
from raylift_runtime.metrics.outbox import Returned
from raylift_runtime.metrics.report import Report
from raylift_runtime.metrics.results import LINES, MetricsFile, complete, merged, read_lines
from raylift_runtime.storage import files as storage
from raylift_runtime.storage.files import run_folder


@pytest.fixture
def run(tmp_path: Path) -> RunConfig:
    return RunConfig(name="r", storage_path=str(tmp_path))


def report(file: MetricsFile, run: RunConfig, *reports: Report) -> None:
    for each in reports:
        file.after_report(SimpleNamespace(run_config=run), [each, Report({"rank": 1})], None)


def lines(run: RunConfig) -> list[dict[str, Any]]:
    return read_lines(*run_folder(run))


def steps(*numbers: int) -> list[dict[str, Any]]:
    return [{"step": number} for number in numbers]


def test_lines_of_rank_zero_are_appended(run: RunConfig, tmp_path: Path) -> None:
    report(MetricsFile(), run, Report({"step": 2}, steps(1, 2)), Report({"step": 3}, steps(3)))
    assert lines(run) == steps(1, 2, 3)
    assert (tmp_path / "r" / LINES).read_text().count("\n") == 3


def test_a_report_of_another_maker_is_one_line(run: RunConfig) -> None:
    MetricsFile().after_report(SimpleNamespace(run_config=run), [{"loss": 1.0}], None)
    assert lines(run) == [{"loss": 1.0}]


def test_a_storage_that_cannot_append_gets_the_whole_file(tmp_path: Path) -> None:
    filesystem = pyarrow.fs.SubTreeFileSystem(str(tmp_path), pyarrow.fs.LocalFileSystem())
    run = RunConfig(name="r", storage_path="s", storage_filesystem=filesystem)
    report(MetricsFile(), run, Report({}, steps(1)), Report({}, steps(2)))
    assert lines(run) == steps(1, 2)
    assert [path.name for path in (tmp_path / "s/r").glob("*.part")] == []


def test_steps_that_an_attempt_repeats_are_kept_once(run: RunConfig) -> None:
    file = MetricsFile()
    report(file, run, Report({}, steps(1, 2, 3), since=0), Report({}, steps(3, 4), since=2))
    assert lines(run) == steps(1, 2, 3, 4)


def test_a_controller_that_starts_again_knows_the_lines_before(run: RunConfig) -> None:
    report(MetricsFile(), run, Report({}, steps(1, 2, 3), since=0))
    report(MetricsFile(), run, Report({}, steps(3, 4), since=2))
    assert lines(run) == steps(1, 2, 3, 4)


def away(*_: object) -> Any:
    raise OSError("the storage is away")


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.time, "sleep", lambda _: None)


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("broken", ["_append", "_write", "read_lines"])
@pytest.mark.parametrize("report_number", [0, 1])
def test_a_storage_that_fails_for_one_report_has_all_lines_in_the_end(
    run: RunConfig, broken: str, report_number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(MetricsFile(), run, Report({}, steps(1, 2), since=0))
    file, reports = MetricsFile(), [Report({}, steps(2), since=1), Report({}, steps(3)), Report({}, steps(4))]
    for number, each in enumerate(reports):
        with monkeypatch.context() as patch:
            if number == report_number:
                patch.setattr(results, broken, away)
            report(file, run, each)
    assert lines(run) == steps(1, 2, 3, 4)


@pytest.mark.usefixtures("_no_pauses")
def test_a_storage_that_fails_says_so(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "_write", away)
    report(MetricsFile(), run, Report({}, steps(1)))
    assert "could not be stored, and will be with the next report: the storage is away" in capsys.readouterr().out


def test_a_storage_that_fails_for_a_moment_has_the_last_report(run: RunConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses, read = [], results.read_lines
    monkeypatch.setattr(storage.time, "sleep", pauses.append)
    monkeypatch.setattr(results, "read_lines", lambda *arguments: read(*arguments) if pauses else away())
    report(MetricsFile(), run, Report({"step": 1}, steps(1)))
    assert (lines(run), len(pauses)) == (steps(1), 1)


@pytest.mark.usefixtures("_no_pauses")
def test_a_result_outlives_a_storage_that_cannot_be_read(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "read_lines", away)
    result = complete(Result(metrics={"step": 1}, checkpoint=None, error=None, path="p"), run)
    assert (result.metrics, result.path) == ({"step": 1}, "p")
    assert "the result lacks them: the storage is away" in capsys.readouterr().out


def test_half_a_line_at_the_end_is_left_out(run: RunConfig, tmp_path: Path) -> None:
    report(MetricsFile(), run, Report({}, steps(1)))
    with (tmp_path / "r" / LINES).open("a") as file:
        file.write('{"step": 2, "lo')
    assert lines(run) == steps(1)


def test_a_first_training_run_again_leaves_the_second_one_s_lines() -> None:
    second = [{"step": 1, "training": 1}]
    assert merged([*steps(1, 2, 3), *second], Report({}, steps(3), since=2)) == [*steps(1, 2, 3), *second]


def test_the_result_holds_the_last_report_and_all_lines(run: RunConfig) -> None:
    report(MetricsFile(), run, Report({"step": 2, "loss": 0.5}, steps(1, 2)))
    result = complete(Result(metrics=None, checkpoint=None, error=None, path=None), run)
    assert result.metrics == {"step": 2, "loss": 0.5}
    assert list(result.metrics_dataframe["step"]) == [1, 2]


@needs("ray", "2.56", "its Result has no return_value")
def test_lines_that_no_report_carried_come_with_the_value(run: RunConfig) -> None:
    report(MetricsFile(), run, Report({"step": 2, "loss": 0.5}, steps(2)))
    late = Result(metrics=None, checkpoint=None, error=None, path=None, return_value=Returned("mine", [{"late": 1}]))
    result = complete(late, run)
    assert result.return_value == "mine"
    assert result.metrics == {"step": 2, "loss": 0.5, "late": 1}
    assert lines(run) == [{"step": 2}, {"late": 1}]


def test_a_run_that_reported_nothing_is_ray_s_own_result(run: RunConfig) -> None:
    result = complete(Result(metrics=None, checkpoint=None, error=None, path="p"), run)
    assert (result.metrics, result.path) == (None, "p")


def test_the_terminal_hears_of_checkpoints_and_failures(run: RunConfig, capsys: pytest.CaptureFixture[str]) -> None:
    context = SimpleNamespace(run_config=run)
    MetricsFile().after_report(context, [Report({"step": 3})], Checkpoint("/there/checkpoint_x"))
    MetricsFile().after_exception(context, {1: RuntimeError("Traceback\n  File x\nValueError: no data")})
    said = capsys.readouterr().out
    assert "checkpoint of step 3 in /there/checkpoint_x" in said
    assert "rank 1 failed: ValueError: no data" in said


@pytest.mark.parametrize(
    ("report", "place"),
    [
        (Report({"step": 4, "epoch": 0.5}), " of step 4"),
        (Report({"epoch": 2, "loss": 0.5}, [{"epoch": 2, "step": 3}]), " of epoch 2"),
        (Report({"epoch": 2.0}), " of epoch 2"),
        (Report({"loss": 0.5}, [{"loss": 0.5, "step": 3}]), " of report 3"),
        (Report({"loss": 0.5}), ""),
    ],
)
def test_a_checkpoint_is_said_to_be_of_the_step_or_else_the_epoch_that_was_reported(report: Report, place: str) -> None:
    assert results._place(report) == place


def test_every_line_is_json(run: RunConfig, tmp_path: Path) -> None:
    report(MetricsFile(), run, Report({"loss": float("nan"), "step": 1}))
    assert json.loads((tmp_path / "r" / LINES).read_text(), parse_constant=pytest.fail) == {"loss": "nan", "step": 1}
