from __future__ import annotations

import re
import sys
from itertools import chain
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests.conftest import Raylift

from raylift.project.settings_file import project_in

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_diff_in_the_readme_is_what_raylift_prints(raylift: Raylift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (command,) = re.findall(r"`raylift (diff [^`]*)` shows the change", README)
    (shown,) = re.findall(r"^```diff\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert raylift(*command.split()).out == shown


def test_the_page_of_ray_data_gives_a_command_that_shows_the_change(raylift: Raylift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (command,) = re.findall(r"`raylift (diff --data ray [^`]*)` shows a change", (ROOT / "docs/ray_data.md").read_text())
    shown = raylift(*command.split())
    assert "+def load_datasets():" in shown.out
    assert "+        datasets=load_datasets()," in shown.out


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    pattern = re.search(r"sed -n \"s/(.*?)/\\1/p\" README.md", (ROOT / ".ci/run").read_text())
    assert pattern is not None
    regex = pattern[1].replace(r"\(", "(").replace(r"\)", ")").replace(r"\/", "/")
    assert len(re.findall(regex, README, re.MULTILINE)) == 1


def test_every_pin_is_of_a_package_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {re.match(r"[\w-]+", line)[0] for line in [*project["dependencies"], *chain(*extras.values())]}  # type: ignore[index]  # matches
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    assert pinned <= asked


def test_every_command_and_rule_in_the_readme_exists(raylift: Raylift) -> None:
    for command in set(re.findall(r"`raylift ([a-z]+)", README)):
        assert raylift(command, "--help").code == 0
    for rule in set(re.findall(r"RL\d{3}", README)):
        assert raylift("explain", rule).code == 0


def test_the_settings_in_the_readme_are_settings(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    (tmp_path / "pyproject.toml").write_text(block)
    assert project_in(str(tmp_path)) is not None


def test_the_table_of_cases_is_that_of_the_script() -> None:
    from tools import robustness

    shown = re.findall(r"^\| ([^|]+) \| (yes|no|-) \|", README, re.MULTILINE)
    assert [(case, "yes") for case in robustness.CASES] == [row for row in shown if row[0] in robustness.CASES]
