"""Every file that is installed here goes through `raylift check`: no fault, no change."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

INSTALLED = Path(sysconfig.get_paths()["purelib"])


def stamps() -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in INSTALLED.rglob("*.py")}


@pytest.mark.slow
def test_whatever_is_installed_is_checked_without_a_fault_or_a_change() -> None:
    before = stamps()
    command = [sys.executable, "-m", "raylift", "check", "--format", "json", "."]
    done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, timeout=600, check=False)
    answer = json.loads(done.stdout)
    assert done.returncode in (0, 1, 2), done.stderr
    assert [entry for entry in answer["entries"] if entry["kind"] == "fault"] == []
    assert stamps() == before
