from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED, TRAINS, UNRELATED
from tests.conftest import Raylift

from raylift.rules import RULES

pytestmark = pytest.mark.usefixtures("stand_in")
SOURCES = {"a.py": TRAINS, "b c.py": REFUSED, "d.py": UNRELATED, "e.py": b"import transformers\n\nif"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, source in SOURCES.items():
        (tmp_path / name).write_bytes(source)
    return tmp_path


def test_json_holds_every_entry_and_the_counts(raylift: Raylift) -> None:
    run = raylift("check", "--format", "json", ".")
    answer = json.loads(run.out)
    assert run.code == 2
    assert run.err == ""
    assert answer["version"] == 1
    assert answer["files"] == {"lifted": 1, "refused": 1, "alone": 1, "failed": 1}
    assert [(entry["path"], entry["line"], entry["rule"], entry["kind"]) for entry in answer["entries"]] == [
        ("a.py", 2, "RL101", "lift"), ("a.py", 2, "RL201", "notice"), ("b c.py", 2, "RL301", "refusal"), ("e.py", 3, "", "failure"),
    ]  # fmt: skip


def test_json_of_nothing_is_an_answer_too(raylift: Raylift) -> None:
    answer = json.loads(raylift("check", "--format=json", "d.py").out)
    assert answer == {"version": 1, "files": {"alone": 1}, "entries": []}


def test_github_gets_a_line_for_each_entry(here: Path, raylift: Raylift) -> None:
    (here / "odd,name:%.py").write_bytes(REFUSED)
    lines = raylift("check", "--format", "github", ".").out.splitlines()
    assert lines == [
        "::warning file=a.py,line=2,title=RL101::the Trainer reports to Ray Train",
        "::notice file=a.py,line=2,title=RL201::look here so",
        "::error file=b c.py,line=2,title=RL301::this cannot be lifted do it by hand",
        "::error file=e.py,line=3,title=raylift::cannot be parsed: invalid syntax",
        "::error file=odd%2Cname%3A%25.py,line=2,title=RL301::this cannot be lifted do it by hand",
    ]


def test_sarif_holds_results_rules_and_what_failed(raylift: Raylift) -> None:
    log = json.loads(raylift("check", "--format", "sarif", ".").out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("RL101", "warning"), ("RL201", "note"), ("RL301", "error"),
    ]  # fmt: skip
    place = run["results"][2]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "b%20c.py"}, "region": {"startLine": 2}}
    assert run["results"][2]["message"]["text"] == "this cannot be lifted. do it by hand."
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "e.py"
