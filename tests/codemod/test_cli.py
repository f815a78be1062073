from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.codemod.conftest import BREAKS, LIFTED, REFUSED, TRAINS, UNRELATED
from tests.conftest import Raylift

from raylift.settings import Settings

pytestmark = pytest.mark.usefixtures("stand_in")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_answers_and_changes_nothing(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(TRAINS)
    run = raylift("check", "a.py")
    assert run.code == 1
    assert run.out.splitlines()[0] == "a.py:2: RL101 the Trainer reports to Ray Train"
    assert (here / "a.py").read_bytes() == TRAINS


def test_rewrite_lifts_in_place_and_then_has_nothing_to_do(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(TRAINS)
    run = raylift("rewrite", "a.py")
    assert (run.code, run.out) == (0, "")
    assert "a.py:2: RL201 look here" in run.err
    assert (here / "a.py").read_bytes() == LIFTED
    assert raylift("rewrite", "a.py").err == "raylift: 1 left alone\n"


def test_a_refusal_names_the_line_and_the_remedy(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(REFUSED)
    for command in ("check", "diff", "rewrite"):
        run = raylift(command, "a.py")
        assert run.code == 1
        assert "a.py:2: RL301 this cannot be lifted\n    do it by hand\n" in run.out + run.err
    assert (here / "a.py").read_bytes() == REFUSED


def test_diff_prints_what_git_apply_takes(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(TRAINS)
    run = raylift("diff", "a.py")
    assert run.code == 1
    subprocess.run(["git", "apply"], input=run.out.encode(), check=True)
    assert (here / "a.py").read_bytes() == LIFTED


def test_a_fault_of_ours_is_told_as_one_and_the_file_untouched(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(BREAKS)
    run = raylift("rewrite", "a.py")
    assert run.code == 3
    assert "a.py: internal error: ZeroDivisionError: a fault of ours" in run.err
    assert (here / "a.py").read_bytes() == BREAKS


def test_one_bad_file_never_stops_the_rest_and_the_gravest_decides(here: Path, raylift: Raylift) -> None:
    for name, source in {"a.py": b"import transformers\nx = (", "b.py": TRAINS, "c.py": REFUSED, "d.py": UNRELATED}.items():
        (here / name).write_bytes(source)
    run = raylift("rewrite", ".")
    assert run.code == 2
    assert run.err.splitlines()[0] == "a.py:2: cannot be parsed: '(' was never closed"
    assert run.err.splitlines()[-1] == "raylift: 1 lifted, 1 needs a hand, 1 failed, 1 left alone"
    assert (here / "b.py").read_bytes() == LIFTED


BAD = {
    "missing.py": None,
    "syntax.py": b"import transformers\nif\n",
    "nul.py": b"import transformers\0",
    "codec.py": b"# coding: klingon\nimport transformers\n",
    "bytes.py": b"import transformers\n'\xff'\n",
    "loop.py": "loop.py",
    "dangling.py": "nowhere.py",
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["check", "diff", "rewrite"])
def test_bad_input_is_one_line_and_exit_code_2(here: Path, raylift: Raylift, command: str, name: str) -> None:
    content = BAD[name]
    if isinstance(content, bytes):
        (here / name).write_bytes(content)
    elif content is not None:
        (here / name).symlink_to(content)
    run = raylift(command, name)
    told = (run.out + run.err).splitlines()
    assert run.code == 2
    assert told[0].startswith(f"{name}:")
    assert len(told) <= 1 + (command == "rewrite")
    assert os.listdir(here) == [name] * (content is not None)


def test_an_empty_folder_is_bad_input(here: Path, raylift: Raylift) -> None:
    assert raylift("check", ".") == (2, ".: no Python file and no notebook in this folder\n", "")


@pytest.mark.parametrize(
    "source",
    [
        TRAINS.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TRAINS,
        TRAINS[:-1],
        b"# coding: latin-1\n# \xe9\n" + TRAINS,
        TRAINS.replace(b"\n", b"\r"),
    ],
)
def test_line_ends_marks_and_encodings_stay(here: Path, raylift: Raylift, source: bytes) -> None:
    (here / "a.py").write_bytes(source)
    assert raylift("rewrite", "a.py").code == 0
    assert (here / "a.py").read_bytes() == source.replace(b"before", b"after")


def test_a_read_only_file_stays_and_is_told(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(TRAINS)
    (here / "a.py").chmod(0o400)
    run = raylift("rewrite", "a.py")
    assert run.code == 2
    assert run.err.startswith("a.py: is read-only\n")
    assert (here / "a.py").read_bytes() == TRAINS


def test_standard_input_goes_to_standard_output(raylift: Raylift) -> None:
    assert raylift("rewrite", "-", stdin=TRAINS)[:2] == (0, LIFTED.decode())
    assert raylift("rewrite", "-", stdin=UNRELATED)[:2] == (0, UNRELATED.decode())
    refused = raylift("rewrite", "-", stdin=REFUSED)
    assert refused[:2] == (1, REFUSED.decode())
    assert "<stdin>:2: RL301" in refused.err
    assert raylift("check", "-", stdin=TRAINS).code == 1
    assert "+after = 1" in raylift("diff", "-", stdin=TRAINS).out


def test_output_into_a_file_leaves_the_script(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(TRAINS)
    assert raylift("rewrite", "a.py", "-o", "new/b.py").code == 0
    assert (here / "new/b.py").read_bytes() == LIFTED
    assert (here / "a.py").read_bytes() == TRAINS


def test_output_of_a_script_that_needs_nothing_is_its_copy(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(LIFTED)
    assert raylift("rewrite", "a.py", "-o", "b.py").code == 0
    assert (here / "b.py").read_bytes() == LIFTED


def test_output_of_a_refused_script_is_none(here: Path, raylift: Raylift) -> None:
    (here / "a.py").write_bytes(REFUSED)
    assert raylift("rewrite", "a.py", "-o", "b.py").code == 1
    assert not (here / "b.py").exists()


def test_output_of_a_folder_keeps_its_shape(here: Path, raylift: Raylift) -> None:
    (here / "src/deep").mkdir(parents=True)
    (here / "src/deep/a.py").write_bytes(TRAINS)
    (here / "src/b.py").write_bytes(UNRELATED)
    assert raylift("rewrite", "src", "-o", "out").code == 0
    assert (here / "out/deep/a.py").read_bytes() == LIFTED
    assert not (here / "out/b.py").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rewrite", "a.py", "b.py", "-o", "c.py"), "-o c.py is a file"),
        (("rewrite", "-", "-o", "."), "is a folder"),
        (("rewrite", "-", "a.py"), "does not go with other paths"),
        (("rewrite", "a.py", "--num-workers", "x"), "num-workers"),
        (("rewrite", "a.py", "--runtime", "spark"), "spark"),
        (("rewrite",), "PATH"),
        (("lift", "a.py"), "lift"),
        (("check", "a.py", "--frob"), "--frob"),
    ],
)
def test_wrong_usage_is_exit_code_2(here: Path, raylift: Raylift, arguments: tuple[str, ...], words: str) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (here / name).write_bytes(TRAINS)
    run = raylift(*arguments)
    assert run.code == 2
    assert words in run.err
    assert (here / "a.py").read_bytes() == TRAINS


def test_flags_become_settings(here: Path, raylift: Raylift, stand_in: list[Settings]) -> None:
    (here / "a.py").write_bytes(TRAINS)
    flags = ["--num-workers", "8", "--no-use-gpu", "--storage-path", "s3://b", "--runtime", "ray", "--transformers", "4"]
    raylift("check", "a.py", *flags)
    (seen,) = stand_in
    said = Settings(num_workers=8, use_gpu=False, storage_path="s3://b", runtime="ray", transformers=4, retarget=True)
    assert seen == replace(said, releases=seen.releases)


def test_the_generation_is_what_the_project_pins(here: Path, raylift: Raylift, stand_in: list[Settings]) -> None:
    (here / "requirements.txt").write_text("transformers==4.46.1\n")
    (here / "a.py").write_bytes(TRAINS)
    raylift("check", "a.py")
    assert stand_in[0].transformers == 4


@pytest.mark.parametrize(
    "arguments", [("--help",), ("rewrite", "--help"), ("check", "--help"), ("diff", "--help"), ("run", "--help")]
)
def test_help_fits_a_screen(raylift: Raylift, arguments: tuple[str, ...]) -> None:
    run = raylift(*arguments)
    assert run.code == 0
    assert len(run.out.splitlines()) <= 45
    assert all(len(line) <= 80 for line in run.out.splitlines())


def test_whoever_stops_reading_a_diff_stops_us_quietly(here: Path) -> None:
    (here / "a.py").write_bytes(UNRELATED)
    program = "import sys; from raylift import cli; sys.argv[1:] = ['rewrite', '-']; sys.exit(cli.main())"
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [sys.executable, "-c", program], input=b"x = 1\n" * 99, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    assert result.stderr == b"" or b"Traceback" not in result.stderr
    assert result.returncode == 141
