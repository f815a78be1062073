"""Markers: comments that are left above the statement that a person must look at, once, and that fail the check until then."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.conftest import Raylift
from tests.shapes import LIFTED, SCRIPTS, outcome_of

from raylift.assemble import assemble
from raylift.emission.module import BOM, emit
from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten, Untouched
from raylift.plan import Notice
from raylift.project import settings_file as project
from raylift.project.neighbours import neighbours_of
from raylift.script import Script
from raylift.settings import Settings
from raylift.suppression.markers import with_markers

LOOP = """\
from accelerate import Accelerator

accelerator = Accelerator()
for step in range(3):
    accelerator.backward(model(step))
"""
FORBIDDEN = """\
from transformers import Trainer

def main():
    trainer = Trainer(model)
    trainer.hyperparameter_search()
"""
SEARCH = (
    "# raylift: RL301 `hyperparameter_search` starts trials of its own, each with its own Trainer and workers; "
    "search with ray.tune.Tuner over a function that runs a TorchTrainer, or lift a script that trains once\n"
)


def above(source: str, line: int) -> str:
    """The source with a marker that says no more than it must."""
    return with_markers(source.encode(), [Notice(line, "RL221", "look")]).source.decode()


@pytest.mark.parametrize(
    ("source", "line", "place"),
    [
        ("a\nb\nc\n", 2, 2),
        ("f(\n    x,\n    y,\n)\n", 3, 1),
        ("s = '''\nx\n'''\n", 2, 1),
        ("x = 1 + \\\n    2\n", 2, 1),
        ("a; b\n", 1, 1),
        ("if x: f(\n    y)\n", 2, 1),
        ("@g\n@h(\n    1)\ndef f():\n    pass\n", 4, 1),
        ("# coding: utf-8\n\n'''Doc.'''\nx\n", 1, 3),
        ("#!/bin/python\nx\n", 1, 2),
        ("if x:\n    y\nelse:\n    z\n", 3, 3),
        ("try:\n    y\nexcept E:\n    z\n", 3, 3),
    ],
)
def test_a_marker_stands_above_the_whole_statement(source: str, line: int, place: int) -> None:
    lines = source.splitlines(keepends=True)
    assert above(source, line) == "".join([*lines[: place - 1], "# raylift: RL221 look\n", *lines[place - 1 :]])


@pytest.mark.parametrize(
    ("source", "becomes"),
    [
        (b"if x:\r\n\ty\r\n", b"if x:\r\n\t# raylift: RL221 look\r\n\ty\r\n"),
        (b"if x:\r  y", b"if x:\r  # raylift: RL221 look\r  y"),
        (b"\xef\xbb\xbf\nx\n", b"\xef\xbb\xbf\n# raylift: RL221 look\nx\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\n# raylift: RL221 look\nx = '\xe9'\n"),
        (b"\nx", b"\n# raylift: RL221 look\nx"),
    ],
)
def test_it_is_indented_ended_and_encoded_as_the_line_below(source: bytes, becomes: bytes) -> None:
    assert with_markers(source, [Notice(2, "RL221", "look")]).source == becomes


def test_a_text_that_the_encoding_lacks_or_that_python_would_take_for_one_is_written_otherwise() -> None:
    source = with_markers(b"# coding: latin-1\nx\n", [Notice(2, "RL221", "caf\u00e9 \u2192\nencoding=no", "so")]).source
    assert source == b"# coding: latin-1\n# raylift: RL221 caf\xe9 \\u2192 encoding =no; so\nx\n"
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse("x"))


def test_none_is_left_twice() -> None:
    once = above("f(\n    x,\n)\n", 2)
    assert above(once, 3) == once
    assert above(once.replace("look", "as it was said before"), 3).count("raylift") == 1


def test_what_the_launch_command_said_is_no_matter_of_a_line() -> None:
    assert with_markers(b"x\n", [Notice(1, "RL125", "launch it with `python a.py`")]).source == b"x\n"


def test_two_notices_leave_two_comments_above_one_statement() -> None:
    notices = [Notice(2, "RL202", "b"), Notice(1, "RL221", "a"), Notice(2, "RL221", "a")]
    assert with_markers(b"f(\n    x)\n", notices).source == b"# raylift: RL221 a\n# raylift: RL202 b\nf(\n    x)\n"


SOURCES = [
    b"",
    b"# only a comment\n",
    b"x = '''\n# not here\n'''; y = 1\nclass A:\n\n  '''Doc.'''\n  def f(self): return \\\n    1\n",
    b"\xef\xbb\xbfif a:\r\n\tb\r\nelif c: d; e\r\nelse:\r\n\twhile x: pass\r\n",
    b"\x0cmatch x:\n    case 1:\n        y\n    case _: z\n",
    b"f'''{\nx\n}'''\nasync def g():\n    async with a as b, \\\n            c as d:\n        await e\n",
    *(path.read_bytes() for path in SCRIPTS.values()),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_wherever_they_stand_markers_change_no_code(source: bytes, ends: bytes) -> None:
    source = source.replace(b"\r\n", b"\n").replace(b"\n", ends)
    count = len(source.splitlines())
    changed = with_markers(source, [Notice(line, "RL221", "look") for line in range(1, count + 2)])
    assert ast.dump(ast.parse(changed.source)) == ast.dump(ast.parse(source))
    kept = [line for line in changed.source.removeprefix(BOM).splitlines() if b"raylift: RL" not in line]
    assert kept == source.removeprefix(BOM).splitlines()
    assert len(changed.above) == changed.source.count(b"raylift: RL")


@pytest.mark.parametrize("shape", SCRIPTS)
def test_a_lift_with_markers_differs_from_one_without_by_their_lines_only(shape: str) -> None:
    path = SCRIPTS[shape]
    plain, with_marks = (outcome_of(path, Settings(mark=mark)) for mark in (False, True))
    assert not isinstance(plain, Untouched)
    old = plain.code if isinstance(plain, Rewritten) else path.read_bytes()
    new = getattr(with_marks, "code", None) or old
    assert old == b"".join(line for line in new.splitlines(keepends=True) if b"# raylift: RL" not in line)
    assert new.count(b"# raylift: RL") == len(with_markers(path.read_bytes(), getattr(plain, "notices", ())).above)


CARRIED = [shape for shape in LIFTED if shape != "ray_legacy/trainer_neighbour"]
"""All that are lifted, less the one whose lift takes a statement out: with a comment above it that stays as `pass`."""


@pytest.mark.parametrize("shape", CARRIED)
def test_a_lift_carries_a_marker_of_any_line(shape: str) -> None:
    path = SCRIPTS[shape]
    script, settings = Script(path.read_bytes(), neighbours_of(str(path))), Settings()
    plan = assemble(script, settings)
    assert plan is not None
    marks = [Notice(line, "RL221", f"look {line}") for line in range(1, len(script.source.splitlines()) + 1)]
    plain, with_marks = emit(script, plan), emit(script, plan, marks)
    assert plain == b"".join(line for line in with_marks.splitlines(keepends=True) if b"# raylift: RL" not in line)
    assert with_marks.count(b"# raylift: RL") == len(with_markers(script.source, marks).above)


def test_a_refused_script_gets_its_marker_and_nothing_else() -> None:
    outcome = rewrite(FORBIDDEN.encode(), Settings(mark=True))
    assert isinstance(outcome, Refused)
    assert outcome.code is not None
    assert outcome.code.decode() == FORBIDDEN.replace("    trainer.hyper", f"    {SEARCH}    trainer.hyper")
    again = rewrite(outcome.code, Settings(mark=True))
    assert isinstance(again, Refused)
    assert again.code is None


def test_a_lifted_script_keeps_its_marker_above_the_line_that_moved() -> None:
    outcome = rewrite(LOOP.encode(), Settings(mark=True))
    assert isinstance(outcome, Rewritten)
    marker = "# raylift: RL221 no metric of this loop can be read on every rank, so it reports none; add what you want to see to the `report` call"
    assert f"    {marker}\n    for step in range(3):\n" in outcome.code.decode()
    assert [notice.line for notice in outcome.notices] == [4]
    again = rewrite(outcome.code, Settings(mark=True))
    assert isinstance(again, Untouched)
    assert [notice.rule for notice in again.leftovers] == ["RL401"]


def test_a_change_below_a_marker_is_found_behind_letters_of_several_bytes() -> None:
    args = 'args = {"größe": 大(1), "x": TrainingArguments("ä", evaluation_strategy="no")}\n'
    source = LOOP + f"from transformers import TrainingArguments\n{args}"
    outcome = rewrite(source.encode(), Settings(mark=True))
    assert isinstance(outcome, Rewritten)
    assert "# raylift: RL221" in outcome.code.decode()
    assert args.replace("evaluation_strategy", "eval_strategy") in outcome.code.decode()


def test_what_is_settled_gets_no_marker() -> None:
    outcome = rewrite(LOOP.replace("range(3):", "range(3):  # raylift: ack[RL221] W&B has them").encode(), Settings(mark=True))
    assert isinstance(outcome, Rewritten)
    assert b"# raylift: RL" not in outcome.code


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refused.py").write_text(FORBIDDEN)
    (tmp_path / "loop.py").write_text(LOOP)
    return tmp_path


def test_marks_fail_the_check_until_they_are_settled(here: Path, raylift: Raylift) -> None:
    assert raylift("rewrite", "--mark", "loop.py").code == 0
    run = raylift("check", "loop.py")
    assert run.code == 1
    assert "RL401 a marker is left: RL221 no metric of this loop" in run.out
    text = (here / "loop.py").read_text()
    assert raylift("rewrite", "--mark", "loop.py").code == 0
    assert (here / "loop.py").read_text() == text
    start = text.index("# raylift: RL221")
    settled = text[:start] + "# raylift: ack[RL221] the metrics are in W&B" + text[text.index("\n", start) :]
    (here / "loop.py").write_text(settled)
    assert raylift("check", "loop.py") == (0, "", "raylift: 1 left alone\n")


def test_a_refusal_is_marked_where_files_go(here: Path, raylift: Raylift) -> None:
    marked_script = FORBIDDEN.replace("    trainer.hyper", f"    {SEARCH}    trainer.hyper")
    diff = raylift("diff", "--mark", "refused.py")
    assert diff.code == 1
    assert f"+    {SEARCH}" in diff.out
    assert raylift("rewrite", "--mark", "refused.py", "-o", "out/").code == 1
    assert (here / "out/refused.py").read_text() == marked_script
    assert raylift("rewrite", "--mark", "-", stdin=FORBIDDEN.encode())[:2] == (1, marked_script)
    project.project_of.cache_clear()
    (here / "pyproject.toml").write_text("[tool.raylift]\nmark = true\n")
    assert raylift("rewrite", "refused.py").code == 1
    assert (here / "refused.py").read_text() == marked_script


def test_of_marks_one_is_asked_as_of_lifts(here: Path, raylift: Raylift) -> None:
    run = raylift("rewrite", "--mark", "-i", "refused.py", stdin=b"n\n")
    assert run.code == 1
    assert "Mark refused.py?" in run.err
    assert (here / "refused.py").read_text() == FORBIDDEN
    assert raylift("rewrite", "--mark", "-i", "refused.py", stdin=b"y\n").code == 1
    assert SEARCH in (here / "refused.py").read_text()


@pytest.mark.parametrize("flag", [[], ["--mark"]])
def test_a_marker_fails_the_check_of_any_file(here: Path, raylift: Raylift, flag: list[str]) -> None:
    (here / "helper.py").write_text("# raylift: RL221 text; remedy\nx = 1\n")
    run = raylift("check", "helper.py", *flag)
    assert run.code == 1
    assert run.out.startswith("helper.py:1: RL401 a marker is left: RL221 text; remedy\n")
    assert raylift("check", "helper.py", "--ignore", "RL401").code == 0


@pytest.mark.parametrize("source", ['s = """\n# raylift: RL221 text\n"""\n', "x = 1  # raylift: RL221 text\n"])
def test_what_only_looks_like_a_marker_fails_nothing(here: Path, raylift: Raylift, source: str) -> None:
    (here / "helper.py").write_text(source)
    assert raylift("check", "helper.py").code == 0


def test_a_marker_in_a_broken_file_does_not_hide_that(here: Path, raylift: Raylift) -> None:
    (here / "helper.py").write_text("# raylift: RL221 text\nx = (\n")
    run = raylift("check", "helper.py")
    assert run == (2, "helper.py:2: cannot be parsed: '(' was never closed\n", "")
