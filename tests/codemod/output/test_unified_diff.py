from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.output.unified_diff import byte_lines, unified_diff

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"", b"\x0c", b"\n\n"])
SOURCES = st.lists(st.tuples(st.binary(max_size=8).filter(lambda b: b"\0" not in b), LINE_ENDS), max_size=20).map(
    lambda parts: b"".join(text + end for text, end in parts)
)


def apply(folder: Path, diff: bytes) -> None:
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=diff, check=True)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SOURCES, SOURCES)
def test_git_apply_makes_the_new_bytes_of_the_old(tmp_path: Path, old: bytes, new: bytes) -> None:
    (tmp_path / "a.py").write_bytes(old)
    if diff := b"".join(unified_diff(old, new, "a.py")):
        apply(tmp_path, diff)
    assert (tmp_path / "a.py").read_bytes() == new or not new  # git deletes what becomes empty


@pytest.mark.parametrize("name", ["a b.py", 'quo"te.py', "tab\t.py", "übung.py", "back\\slash.py", "-dash.py"])
def test_any_file_name_can_be_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(b"old\n")
    apply(tmp_path, b"".join(unified_diff(b"old\n", b"new\n", name)))
    assert (tmp_path / name).read_bytes() == b"new\n"


def test_a_diff_applies_where_it_was_made_inside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.py").write_bytes(b"old\n")
    monkeypatch.chdir(tmp_path / "sub")
    apply(tmp_path / "sub", b"".join(unified_diff(b"old\n", b"new\n", str(tmp_path / "sub/a.py"))))
    assert (tmp_path / "sub/a.py").read_bytes() == b"new\n"


def test_lines_end_only_at_a_newline() -> None:
    assert byte_lines(b"a\rb\x0cc\r\nd") == [b"a\rb\x0cc\r\n", b"d"]


def test_nothing_to_show_is_no_diff() -> None:
    assert unified_diff(b"same", b"same", "a.py") == []


def test_a_very_long_file_of_blank_lines_takes_no_minutes() -> None:
    old = b"\n".join(b"" if n % 2 else b"x%d" % n for n in range(50_000))
    assert unified_diff(old, old.replace(b"x100\n", b"y\n"), "a.py")[3:6]
