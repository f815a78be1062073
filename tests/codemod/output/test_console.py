from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED, TRAINS, UNRELATED
from tests.conftest import Raylift

from raylift.output.console import put, summary
from raylift.output.terminal import visible


def test_kinds_are_counted_in_words() -> None:
    kinds = Counter(["refused", "alone", "failed", "lifted", "lifted"])
    assert summary("check", kinds) == "raylift: 2 would be lifted, 1 needs a hand, 1 failed, 1 left alone"
    assert summary("rewrite", kinds) == "raylift: 2 lifted, 1 needs a hand, 1 failed, 1 left alone"
    assert summary("check", Counter()) == "raylift: nothing to look at"


@pytest.mark.usefixtures("stand_in")
def test_quiet_tells_only_what_needs_a_hand(tmp_path: Path, raylift: Raylift) -> None:
    for name, source in {"a.py": TRAINS, "b.py": REFUSED, "c.py": UNRELATED}.items():
        (tmp_path / name).write_bytes(source)
    assert raylift("check", "-q", tmp_path) == (1, f"{tmp_path}/b.py:2: RL301 this cannot be lifted\n    do it by hand\n", "")
    assert raylift("rewrite", "-q", tmp_path / "a.py") == (0, "", "")


@pytest.mark.usefixtures("stand_in")
def test_verbose_tells_why_a_file_is_left_alone(tmp_path: Path, raylift: Raylift) -> None:
    (tmp_path / "a.py").write_bytes(UNRELATED)
    (tmp_path / "b.py").write_bytes(b"import transformers\n")
    told = raylift("check", "-v", tmp_path).err.splitlines()
    assert told[:2] == [
        f"{tmp_path}/a.py: left alone, nothing in it could matter",
        f"{tmp_path}/b.py: left alone, no Trainer in it",
    ]


@pytest.mark.usefixtures("stand_in")
def test_statistics_count_by_rule(tmp_path: Path, raylift: Raylift) -> None:
    for name, source in {"a.py": TRAINS, "b.py": TRAINS, "c.py": REFUSED, "d.py": b"import transformers\n("}.items():
        (tmp_path / name).write_bytes(source)
    run = raylift("check", "--statistics", tmp_path)
    assert run.code == 2
    assert [line.split()[:2] for line in run.out.splitlines()] == [
        ["2", "RL101"],
        ["2", "RL201"],
        ["1", "RL301"],
        ["1", "failure"],
    ]


def test_text_that_the_terminal_cannot_show_is_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    put(stream, "caf\xe9 \udcff\n")
    stream.flush()
    assert stream.buffer.getvalue() == b"caf\\xe9 \\udcff\n"  # type: ignore[attr-defined]  # a BytesIO


def test_source_cannot_steer_the_terminal() -> None:
    assert visible(b"x = '\x1b[2J[bold]\xff\xc2\x9b'\r\n") == "x = '\\x1b[2J[bold]\\xff\\x9b'"


SHOW = """
import os
os.get_terminal_size = lambda *_: os.terminal_size((100, {lines}))
from raylift.output.console import Console
from raylift.request import Request
console = Console(Request("diff", (), side_by_side={side_by_side}))
console.show_diff("a.py", b"[red]old\\n" + b"x" * 300 + b"\\n", b"[red]new\\n" + b"x" * 300 + b"\\n")
console.close()
"""
TERMINAL = {"TERM": "xterm-256color", "NO_COLOR": "", "PAGER": "cat"}


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_diff_is_coloured_only_on_a_terminal_that_wants_it(environment: dict[str, str], coloured: bool) -> None:
    shown = on_a_terminal(SHOW.format(lines=40, side_by_side=False), {**os.environ, **TERMINAL, **environment})
    assert ("\x1b[31m-[red]old" in shown) is coloured
    assert "[red]new" in shown
    assert "x" * 300 in shown


def test_a_diff_longer_than_the_screen_is_paged() -> None:
    pager = {"PAGER": "sed s/^/paged:/"}
    assert "paged:" in on_a_terminal(SHOW.format(lines=3, side_by_side=False), {**os.environ, **TERMINAL, **pager})
    assert "paged:" not in on_a_terminal(SHOW.format(lines=40, side_by_side=False), {**os.environ, **TERMINAL, **pager})


def test_two_columns_are_as_wide_as_the_terminal() -> None:
    shown = on_a_terminal(SHOW.format(lines=40, side_by_side=True), {**os.environ, **TERMINAL})
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r", "").splitlines()
    assert any(re.match(r"^   1 \[red\]old +\u2502    1 \[red\]new", line) for line in plain)
    assert max(map(len, plain[:5])) <= 100


@pytest.mark.usefixtures("stand_in")
def test_two_columns_in_a_pipe_are_plain_text(tmp_path: Path, raylift: Raylift) -> None:
    (tmp_path / "a.py").write_bytes(TRAINS)
    out = raylift("diff", "--side-by-side", tmp_path / "a.py").out
    assert re.search(r"^   2 before = 1 +\u2502    2 after = 1", out, re.MULTILINE)
    assert "\x1b" not in out


def on_a_terminal(program: str, environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stdout=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so where the other side has closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()
