"""A file is read whole or told, and written so that it is the old or the new one at any moment."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from raylift.project.files import BadInput, create_file, read_file, replace_file, write_file


def make(top: Path, *paths: str, data: bytes = b"") -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(data)


@pytest.mark.parametrize("what", ["folder", "pipe", "dangling", "missing"])
def test_only_a_regular_file_is_read(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(BadInput):
        read_file(str(tmp_path / what))


def test_a_file_of_proc_whose_size_lies_is_read_whole() -> None:
    assert read_file("/proc/self/status").startswith(b"Name:")


def test_replacing_keeps_mode_and_link(tmp_path: Path) -> None:
    make(tmp_path, "real/a.py", data=b"old")
    (tmp_path / "real/a.py").chmod(0o751)
    (tmp_path / "link.py").symlink_to("real/a.py")
    replace_file(str(tmp_path / "link.py"), b"old", b"new")
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real/a.py").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real/a.py").stat().st_mode) == 0o751
    assert os.listdir(tmp_path / "real") == ["a.py"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path, "a.py", data=b"edited")
    with pytest.raises(BadInput, match="changed"):
        replace_file(str(tmp_path / "a.py"), b"old", b"new")
    assert (tmp_path / "a.py").read_bytes() == b"edited"


def test_a_file_that_another_run_has_lifted_is_done(tmp_path: Path) -> None:
    make(tmp_path, "a.py", data=b"new")
    replace_file(str(tmp_path / "a.py"), b"old", b"new")
    assert (tmp_path / "a.py").read_bytes() == b"new"


def test_a_read_only_file_is_left_alone_even_by_root(tmp_path: Path) -> None:
    make(tmp_path, "a.py", data=b"old")
    (tmp_path / "a.py").chmod(0o444)
    with pytest.raises(BadInput, match="read-only"):
        replace_file(str(tmp_path / "a.py"), b"old", b"new")
    assert (tmp_path / "a.py").read_bytes() == b"old"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py", data=b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="no space left"):
        write_file(str(tmp_path / "a.py"), b"new", 0o644)
    assert (tmp_path / "a.py").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


def test_an_interrupt_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(str(tmp_path / "a.py"), b"new", 0o644)
    assert os.listdir(tmp_path) == []


def test_a_write_beyond_the_file_size_limit_leaves_the_old_file(tmp_path: Path) -> None:
    make(tmp_path, "a.py", data=b"old")
    program = (
        "from raylift.project.files import BadInput, replace_file\n"
        f"try: replace_file({str(tmp_path / 'a.py')!r}, b'old', b'new' * 99)\n"
        "except BadInput as error: print(error)"
    )

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, preexec_fn=limited, check=True)
    assert "cannot be written: file too large" in result.stdout
    assert (tmp_path / "a.py").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone whom modes stop")
def test_a_file_without_read_permission_is_told(tmp_path: Path) -> None:
    make(tmp_path, "a.py", data=b"old")
    (tmp_path / "a.py").chmod(0o000)
    pid = os.fork()
    if pid == 0:
        os.setuid(65534)
        os.chdir("/")
        try:
            read_file(str(tmp_path / "a.py"))
        except BadInput as error:
            os._exit(7 if "permission denied" in str(error) else 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


@pytest.mark.slow
def test_killed_at_any_moment_a_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    old, new = b"old\n" * 50_000, b"new\n" * 60_000
    program = (
        "import sys\nfrom raylift.project.files import replace_file\n"
        "for n in range(200): replace_file(f'{sys.argv[1]}/{n}.py', b'old\\n' * 50_000, b'new\\n' * 60_000)"
    )
    for pause in (0.05, 0.08, 0.12, 0.2):
        top = tmp_path / str(pause)
        top.mkdir()
        for number in range(200):
            (top / f"{number}.py").write_bytes(old)
        worker = subprocess.Popen([sys.executable, "-c", program, str(top)])
        time.sleep(pause)
        worker.kill()
        worker.wait()
        kinds = {(top / f"{number}.py").read_bytes() for number in range(200)}
        assert kinds <= {old, new}


def test_a_new_file_takes_the_mode_of_its_model_and_makes_its_folders(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    (tmp_path / "a.py").chmod(0o755)
    create_file(str(tmp_path / "x/y/b.py"), b"new", str(tmp_path / "a.py"))
    assert (tmp_path / "x/y/b.py").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "x/y/b.py").stat().st_mode) == 0o755


def test_an_output_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    with pytest.raises(BadInput, match="cannot be written"):
        create_file(str(tmp_path / "a.py/b.py"), b"new", "a.py")
    with pytest.raises(BadInput, match="is a folder"):
        create_file(str(tmp_path), b"new", "a.py")
