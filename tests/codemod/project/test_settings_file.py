from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.codemod.conftest import LIFTED, TRAINS
from tests.conftest import Raylift

from raylift.project import settings_file as project
from raylift.request import Request
from raylift.settings import Settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand_in: list[Settings]) -> Path:
    project.project_of.cache_clear()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(TRAINS)
    return tmp_path


def settings(here: Path, text: str) -> None:
    (here / "pyproject.toml").write_text(f"[tool.raylift]\n{text}\n")


def test_settings_come_from_the_project_and_flags_win(here: Path, raylift: Raylift, stand_in: list[Settings]) -> None:
    settings(here, 'num-workers = 8\nuse-gpu = false\nruntime = "ray"\ntransformers = 4\nstorage-path = "/there"')
    raylift("check", "a.py", "--num-workers", "3", "--use-gpu")
    (seen,) = stand_in
    said = Settings(num_workers=3, use_gpu=True, storage_path="/there", runtime="ray", transformers=4)
    assert seen == replace(said, releases=seen.releases)


def test_the_nearest_settings_count(here: Path, raylift: Raylift, stand_in: list[Settings]) -> None:
    settings(here, "num-workers = 8")
    (here / "sub/deep").mkdir(parents=True)
    (here / "sub/pyproject.toml").write_text("[project]\nname = 'no settings of ours'\n")
    (here / "sub/deep/b.py").write_bytes(TRAINS)
    raylift("check", "sub")
    assert [seen.num_workers for seen in stand_in] == [8]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("num-worker = 8", "has no setting `num-worker`; did you mean `num-workers`?"),
        ("frobnicate = 1", "there are data, exclude, ignore, mark, num-workers"),
        ("num-workers = true", "`num-workers` takes a number, not True"),
        ("num-workers = -1", "'-1' is no number"),
        ('use-gpu = "no"', "`use-gpu` takes true or false"),
        ('runtime = "spark"', "`runtime` takes one of its choices"),
        ('exclude = "a"', "`exclude` takes a list of texts"),
        ("storage-path = 1", "`storage-path` takes text"),
        ("= 3", "Invalid"),
    ],
)
def test_a_setting_that_means_nothing_is_an_error_that_helps(here: Path, raylift: Raylift, text: str, words: str) -> None:
    settings(here, text)
    for path in ("a.py", "."):
        run = raylift("rewrite", path)
        assert run.code == 2
        assert "pyproject.toml" in run.err
        assert words in run.err
    assert (here / "a.py").read_bytes() == TRAINS


def test_excluded_files_are_not_found_but_taken_when_named(here: Path, raylift: Raylift) -> None:
    settings(here, 'exclude = ["gen/", "old_*.py", "!old_but_good.py"]')
    for name in ("gen/b.py", "old_c.py", "old_but_good.py"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_bytes(TRAINS)
    raylift("rewrite", ".")
    assert {name: (here / name).read_bytes() == LIFTED for name in ("a.py", "gen/b.py", "old_c.py", "old_but_good.py")} == {
        "a.py": True, "gen/b.py": False, "old_c.py": False, "old_but_good.py": True,
    }  # fmt: skip
    raylift("rewrite", "--force-exclude", "gen/b.py", "old_c.py")
    assert (here / "gen/b.py").read_bytes() == TRAINS
    raylift("rewrite", "gen/b.py")
    assert (here / "gen/b.py").read_bytes() == LIFTED


def test_a_nested_projects_excludes_hold_in_its_folder(here: Path, raylift: Raylift) -> None:
    (here / "sub").mkdir()
    for name in ("a.py", "b.py"):
        (here / "sub" / name).write_bytes(TRAINS)
    (here / "sub/pyproject.toml").write_text('[tool.raylift]\nexclude = ["/b.py"]\n')
    raylift("rewrite", ".")
    assert (here / "sub/a.py").read_bytes() == LIFTED
    assert (here / "sub/b.py").read_bytes() == TRAINS


def test_the_flag_excludes_below_the_working_directory(here: Path, raylift: Raylift) -> None:
    (here / "sub").mkdir()
    (here / "sub/a.py").write_bytes(TRAINS)
    run = raylift("check", "sub", "--exclude", "sub/a.py")
    assert (run.code, run.out) == (2, "sub: no Python file and no notebook in this folder\n")


def test_every_setting_is_a_field_of_the_request() -> None:
    assert {flag.field for flag in project.SETTINGS.values()} <= set(Request._fields)
