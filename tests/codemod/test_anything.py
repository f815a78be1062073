"""Whatever the bytes, a file is lifted, left alone, refused or told; never a fault of ours, never a result that does not parse."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.generated import examples
from tests.shapes import ROOT, SCRIPTS

from raylift.outcome import Failed, Outcome, Rewritten
from raylift.pipeline.funnel import NotPython, can_matter
from raylift.pipeline.one_file import outcome_for
from raylift.request import Request

SOURCES = [script.read_bytes() for script in (ROOT / "examples/train.py", *SCRIPTS.values())]
EXAMPLE = SOURCES[0]
REQUEST = Request("check", ("-",), use_gpu=False, timeout=600)  # a busy machine is no failure


def outcome_of(source: bytes) -> Outcome | None:
    """What becomes of bytes that come from standard input."""
    try:
        return outcome_for("-", source, REQUEST) if can_matter(source, explicit=True) else None
    except NotPython:
        return None


def is_sound(outcome: Outcome | None) -> bool:
    if isinstance(outcome, Rewritten):
        ast.parse(outcome.code)
    return not (isinstance(outcome, Failed) and outcome.ours)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A script of ours with pieces of its lines cut, doubled or swapped."""
    lines = draw(st.sampled_from(SOURCES)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        first, second = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["cut", "double", "swap", "shorten"])):
            case "cut" if len(lines) > 2:
                del lines[first]
            case "double":
                lines.insert(second, lines[first])
            case "swap":
                lines[first], lines[second] = lines[second], lines[first]
            case _:
                lines[first] = lines[first][: draw(st.integers(0, len(lines[first])))] + b"\n"
    return b"".join(lines)


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_damaged_script_is_no_fault_of_ours(source: bytes) -> None:
    assert is_sound(outcome_of(source))


@settings(max_examples=examples(200), deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"import transformers\n", b"# coding: utf-7\nimport transformers\n", b"\xef\xbb\xbfimport ray\n"]),
)
@example(b"\x0c\r\x0b\x1c\x85", b"import transformers\n")
def test_any_bytes_are_no_fault_of_ours(source: bytes, start: bytes) -> None:
    assert is_sound(outcome_of(start + source))


@pytest.mark.parametrize(
    "source",
    [
        EXAMPLE + b"x = " + b"(" * 150 + b")" * 150 + b"\n",
        EXAMPLE + b"x = " + b"1 + " * 20_000 + b"1\n",
        EXAMPLE + b"".join(b" " * n + b"if x:\n" for n in range(95)) + b" " * 95 + b"pass\n",
        EXAMPLE + b"x = " + b"f(" * 90 + b")" * 90 + b"\n",
        EXAMPLE + b"x" + b".y" * 20_000 + b"\n",
        b"import transformers\n" + b"elif_ = 1\n" * 3 + b"if a:\n    pass\n" + b"elif a:\n    pass\n" * 3_000,
    ],
    ids=["parentheses", "sum", "blocks", "calls", "attributes", "elifs"],
)
def test_deep_nesting_ends_no_process(source: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(source)
    command = [sys.executable, "-m", "raylift", "check", str(tmp_path / "a.py")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode in (0, 1, 2)
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_script_of_50_000_lines_is_lifted() -> None:
    helpers = b"".join(b"def f%d(x):\n    y = x + %d\n    return y\n\n\n" % (n, n) for n in range(10_000))
    outcome = outcome_of(EXAMPLE.replace(b"def main():", helpers + b"def main():"))
    assert isinstance(outcome, Rewritten)
    assert helpers in outcome.code


def tree(folder: Path, count: int) -> dict[Path, bytes]:
    for number in range(count):
        (folder / f"{number:03}.py").write_bytes(EXAMPLE)
    return dict.fromkeys(sorted(folder.iterdir()), EXAMPLE)


REWRITE = [sys.executable, "-m", "raylift", "rewrite", "--no-use-gpu", "--allow-dirty", "-q"]


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.6, 0.9, 1.3])
def test_killed_in_the_middle_of_200_files_every_file_is_old_or_new(tmp_path: Path, pause: float) -> None:
    files = tree(tmp_path, 200)
    lifted = outcome_of(EXAMPLE)
    assert isinstance(lifted, Rewritten)
    worker = subprocess.Popen([*REWRITE, str(tmp_path)], start_new_session=True)
    time.sleep(pause)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert {path.read_bytes() for path in files} <= {EXAMPLE, lifted.code}


@pytest.mark.slow
def test_two_runs_on_one_tree_do_not_meet(tmp_path: Path) -> None:
    files = tree(tmp_path, 60)
    lifted = outcome_of(EXAMPLE)
    assert isinstance(lifted, Rewritten)
    workers = [subprocess.Popen([*REWRITE, str(tmp_path)]) for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert {path.read_bytes() for path in files} == {lifted.code}
    assert sorted(tmp_path.iterdir()) == list(files)
