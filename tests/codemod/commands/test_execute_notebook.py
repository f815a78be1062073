"""The program that executes a notebook shows it as it comes, and ends as a script would."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.codemod.notebooks.making import notebook

pytest.importorskip("nbclient", reason="the extra `notebook` is not installed")

from raylift.commands.execute_notebook import END_RAY, ShownNotebook, show, status_of
from raylift.commands.run_notebook import PROGRAM

TIMEOUT_S = 120


@pytest.mark.parametrize(("said", "status"), [("", 0), ("None", 0), ("0", 0), ("3", 3), ("-1", -1), ("no data", 1)])
def test_leaving_by_sys_exit_gives_the_status_of_a_script(said: str, status: int) -> None:
    assert status_of(said) == status


@pytest.mark.parametrize(
    ("kind", "content", "out", "err"),
    [
        ("stream", {"name": "stdout", "text": "a\x1b[31mb\x1b[0m\r\x1b[K50%"}, "ab\r50%", ""),
        ("stream", {"name": "stderr", "text": "warned\n"}, "", "warned\n"),
        ("execute_result", {"data": {"text/plain": "{'a': 1}"}}, "{'a': 1}\n", ""),
        (
            "display_data",
            {"data": {"text/plain": "<Figure size 640x480 with 1 Axes>"}},
            "<Figure size 640x480 with 1 Axes>\n",
            "",
        ),
        ("display_data", {"data": {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<p>"}}, "", ""),
        ("error", {"traceback": ["\x1b[31mValueError\x1b[39m: no"]}, "", "ValueError: no\n"),
        ("status", {"execution_state": "idle"}, "", ""),
    ],
)
def test_what_a_kernel_says_is_shown_as_text(
    kind: str, content: dict[str, Any], out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show(kind, content)
    assert capsys.readouterr() == (out, err)


def execute(folder: Path, *cells: str) -> subprocess.CompletedProcess[str]:
    """Executes a notebook with these cells, in this folder."""
    path = folder / "of.ipynb"
    path.write_bytes(notebook(*cells))
    return subprocess.run(
        [sys.executable, PROGRAM, str(path), str(folder)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


class StandInKernel:
    """Its manager and its client: says what it is asked."""

    has_kernel = True

    def __init__(self, is_stuck: bool = False) -> None:
        self.asked: list[str] = []
        self._is_stuck = is_stuck

    def is_alive(self) -> bool:
        return True

    def execute(self, code: str, **_: Any) -> None:
        self.asked.append(code)
        if self._is_stuck:
            raise TimeoutError

    def shutdown_kernel(self, now: bool) -> None:
        self.asked.append("kill" if now else "shutdown")

    def stop_channels(self) -> None:
        self.asked.append("stop")


@pytest.mark.parametrize(
    ("interrupts", "is_stuck", "asked"),
    [(0, False, [END_RAY, "shutdown", "stop"]), (1, True, [END_RAY, "shutdown", "stop"]), (2, False, ["kill", "stop"])],
)
def test_ray_ends_before_its_kernel_which_two_interrupts_kill(interrupts: int, is_stuck: bool, asked: list[str]) -> None:
    kernel = StandInKernel(is_stuck)
    client = ShownNotebook(None, km=kernel)
    client.kc, client.interrupts = kernel, interrupts
    asyncio.run(client.end_kernel())
    assert kernel.asked == asked


@pytest.mark.slow
def test_cells_run_in_the_folder_until_one_fails_which_is_named_with_its_line(tmp_path: Path) -> None:
    cells = (
        "#md text",
        "import os\nprint(os.getcwd())",
        "%%time\n!echo by the shell",
        "x = 6\n\nx * 7",
        "y = 1\ny / 0",
        "print('never')",
    )
    done = execute(tmp_path, *cells)
    assert done.returncode == 1
    shown = [line for line in done.stdout.splitlines() if not line.startswith(("CPU times", "Wall time"))]
    assert shown == [str(tmp_path), "by the shell", "42"]
    assert done.stderr.splitlines()[-1] == "raylift: cell 5, line 2: ZeroDivisionError: division by zero"
    assert {path.name for path in tmp_path.iterdir()} == {"of.ipynb"}
    assert (tmp_path / "of.ipynb").read_bytes() == notebook(*cells)


@pytest.mark.slow
def test_a_cell_that_leaves_ends_the_run_and_one_that_kills_its_kernel_is_named(tmp_path: Path) -> None:
    assert execute(tmp_path, "import sys\nsys.exit(3)").returncode == 3
    died = execute(tmp_path, "print('here', flush=True)", "import os\nos._exit(0)")
    assert died.returncode == 1
    assert "raylift: cell 2: " in died.stderr


@pytest.mark.slow
def test_ctrl_c_stops_the_cell_and_the_notebook(tmp_path: Path) -> None:
    path = tmp_path / "of.ipynb"
    path.write_bytes(notebook("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(100)", "print('never')"))
    command = [sys.executable, PROGRAM, str(path), str(tmp_path), "cell 7", "cell 9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        kernel = int(program.stdout.readline())
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=TIMEOUT_S)
    assert program.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].startswith("raylift: cell 7, line 3: KeyboardInterrupt")
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
