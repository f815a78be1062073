"""A notebook's kernel, as Jupyter starts it, that runs one cell after the other."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ANSI = re.compile(r"\x1b\[[0-9;]*m")
TIMEOUT_S = 240


class Ran(NamedTuple):
    """What running a cell gave: what was written, the text of its value, and the name of the error that ended it, if one did."""

    told: str
    value: str
    error: str


class Kernel:
    """A kernel that has been started."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager, self._client = manager, client

    def run(self, cell: str, stop_at: str = "") -> Ran:
        """Runs a cell; where it writes `stop_at`, the stop button is pressed."""
        told: list[str] = []
        value: list[str] = []

        def hear(message: Mapping[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                told.append(content["text"])
                if stop_at and stop_at in content["text"]:
                    self._manager.interrupt_kernel()
            elif message["msg_type"] == "execute_result":
                value.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                told.append(ANSI.sub("", "\n".join(content["traceback"])))

        reply = self._client.execute_interactive(cell, output_hook=hear, allow_stdin=False, timeout=TIMEOUT_S)["content"]
        return Ran("".join(told), "".join(value), reply.get("ename", ""))


@contextmanager
def kernel(folder: Path, environment: Mapping[str, str], python: str = sys.executable) -> Iterator[Kernel]:
    """A kernel in a folder, by this Python."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import KernelManager

    manager = KernelManager(transport="ipc", ip=str(folder / "kernel"), shutdown_wait_time=60.0)
    manager._kernel_spec = KernelSpec(argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python")
    manager.start_kernel(cwd=str(folder), env=dict(environment))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=TIMEOUT_S)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
