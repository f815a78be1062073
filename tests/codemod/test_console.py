from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from raylift.console import described, put, summary, visible
from raylift.outcome import Failed, Refused, Rewritten, Untouched
from raylift.plan import Notice

NOTICE = Notice(3, "RL301", "no", "by hand")


def test_a_failure_names_its_line_where_it_has_one() -> None:
    assert list(described("a.py", Failed("bad", 4), "check")[1]) == ["a.py:4: bad"]
    assert list(described("a.py", Failed("bad"), "check")[1]) == ["a.py: bad"]


def test_a_rewrite_tells_its_changes_only_to_check() -> None:
    outcome = Rewritten(b"", notices=(NOTICE,), changes=(Notice(1, "RL101", "yes"),))
    assert list(described("a.py", outcome, "check")[1]) == ["a.py:1: RL101 yes", "a.py:3: RL301 no", "    by hand"]
    assert list(described("a.py", outcome, "rewrite")[1]) == ["a.py:3: RL301 no", "    by hand"]


def test_kinds_are_counted_in_words() -> None:
    kinds = Counter(
        described("a.py", outcome, "check")[0] for outcome in (Refused((NOTICE,)), Untouched("x"), Failed("y"), Rewritten(b""))
    )
    assert summary("check", kinds) == "raylift: 1 would be lifted, 1 needs a hand, 1 failed, 1 left alone"
    assert summary("check", Counter()) == "raylift: nothing to look at"


def test_text_that_the_terminal_cannot_show_is_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    put(stream, "caf\xe9 \udcff\n")
    stream.flush()
    assert stream.buffer.getvalue() == b"caf\\xe9 \\udcff\n"  # type: ignore[attr-defined]  # a BytesIO


def test_source_cannot_steer_the_terminal() -> None:
    assert visible(b"x = '\x1b[2J[bold]\xff\xc2\x9b'\r\n") == "x = '\\x1b[2J[bold]\\xff\\x9b'"


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_diff_is_coloured_only_on_a_terminal_that_wants_it(tmp_path: Path, environment: dict[str, str], coloured: bool) -> None:
    program = (
        "from raylift.console import Console\n"
        "Console('diff').show_diff('a.py', b'[red]old\\n' + b'x' * 300 + b'\\n', b'[red]new\\n' + b'x' * 300 + b'\\n')"
    )
    shown = on_a_terminal(program, {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "", **environment})
    assert ("\x1b[31m-[red]old" in shown) is coloured
    assert "[red]new" in shown
    assert "x" * 300 in shown


def on_a_terminal(program: str, environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", program], stdout=theirs, env=environment) as process:
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
