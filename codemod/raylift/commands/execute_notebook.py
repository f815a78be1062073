"""Executes a notebook in a kernel of this Python and shows what its cells write: a program that imports nothing of ours.

`execute_notebook.py NOTEBOOK FOLDER [NAMES...]`: FOLDER is where the kernel starts, NAMES are what the cells are called, where that is not
`cell N`. The notebook's file stays as it is. Ends with status 0 where every cell has run, as a script would where one has not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from typing import Any

import nbformat.reader
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async

STARTUP_S = 300
SHUTDOWN_S = 60
"""Seconds; a kernel that holds a Ray cluster needs more than the usual 5."""
END_RAY = "__import__('sys').modules['ray'].shutdown() if 'ray' in __import__('sys').modules else None"
INTERRUPTED = 130
"""The status that a shell expects of what Ctrl-C has ended."""
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
NOT_FOR_READERS = re.compile(r"<IPython\.core\.display\.\w+ object>")


class Interrupted(Exception):
    """Ctrl-C came between two cells."""


class ShownNotebook(NotebookClient):  # type: ignore[misc]  # seen without its types
    """Executes a notebook's cells, shows what they write as it comes, and knows which one is running.

    Ctrl-C interrupts that cell, as the stop button does; a second one ends the kernel.
    """

    running = 0
    interrupts = 0

    async def run(self) -> None:
        """Executes all cells, and ends the kernel and what it has started, whatever happens."""
        with tempfile.TemporaryDirectory(prefix="raylift-") as folder:
            self.km = AsyncKernelManager(
                kernel_name=NATIVE_KERNEL_NAME,
                kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # a kernel of this Python, whatever others there are
                transport="ipc",
                ip=os.path.join(folder, "kernel"),
                shutdown_wait_time=SHUTDOWN_S,
            )
            try:
                await self.async_execute(cleanup_kc=False)
            finally:
                await self.end_kernel()

    async def end_kernel(self) -> None:
        """Ends the kernel, and Ray first: a kernel that ends sends its processes away, for which Ray's own end would then wait."""
        if self.km is None:  # it has not started
            return
        if self.kc is not None and self.interrupts < 2 and await ensure_async(self.km.is_alive()):
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                await ensure_async(self.kc.execute(END_RAY, silent=True, reply=True, timeout=SHUTDOWN_S))
        if self.km.has_kernel:
            await ensure_async(self.km.shutdown_kernel(now=self.interrupts > 1))
        if self.kc is not None:
            self.kc.stop_channels()

    async def async_start_new_kernel_client(self, **kwargs: Any) -> Any:
        """Hears Ctrl-C from now on."""
        client = await super().async_start_new_kernel_client(**kwargs)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self.interrupt)
        return client

    async def async_execute_cell(self, cell: Any, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """Runs a cell; raises Interrupted where it is not to."""
        if self.interrupts:
            raise Interrupted
        self.running = cell_index
        return await super().async_execute_cell(cell, cell_index, *args, **kwargs)

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Shows what a cell writes."""
        show(msg["msg_type"], msg["content"])
        return super().process_message(msg, cell, cell_index)

    def interrupt(self) -> None:
        """Stops the cell that is running."""
        self.interrupts += 1
        stopping = self.km.interrupt_kernel() if self.interrupts == 1 else self.km.shutdown_kernel(now=True)
        self.stopping = asyncio.ensure_future(ensure_async(stopping))


def show(kind: str, content: Any) -> None:
    """Writes a message of the kernel as text, in colours only on a terminal."""
    stream = sys.stderr if kind == "error" or content.get("name") == "stderr" else sys.stdout
    if kind == "stream":
        text = content["text"]
    elif kind == "error":
        text = "\n".join(content["traceback"]) + "\n"
    elif kind in ("execute_result", "display_data"):
        text = content["data"].get("text/plain", "")
        text = "" if NOT_FOR_READERS.fullmatch(text) else f"{text}\n"
    else:
        return
    stream.write(text if stream.isatty() else ANSI.sub("", text))
    stream.flush()


def what_failed(error: CellExecutionError, cell: Any) -> str:
    """The line of the cell, where it is known, and the error."""
    traceback: list[str] = next((output.traceback for output in reversed(cell.outputs) if output.output_type == "error"), [])
    line = LINE.search(ANSI.sub("", "\n".join(traceback)))
    return f"{f', line {line[1]}' if line else ''}: {error.ename}: {ANSI.sub('', str(error.evalue))}"


def execute(path: str, folder: str, names: list[str]) -> int:
    """Execute all cells; returns the status to end with."""
    with open(path, encoding="utf-8") as file:
        notebook = nbformat.convert(nbformat.reader.read(file), 4)  # without a judgement of what its writer left out
    client = ShownNotebook(
        notebook,
        timeout=None,
        startup_timeout=STARTUP_S,
        resources={"metadata": {"path": folder}},
    )

    def running() -> str:
        return names[client.running] if names else f"cell {client.running + 1}"

    try:
        asyncio.run(client.run())
    except CellExecutionError as error:
        if error.ename == "SystemExit":
            return status_of(str(error.evalue))
        print(f"raylift: {running()}{what_failed(error, notebook.cells[client.running])}", file=sys.stderr)
        return INTERRUPTED if error.ename == "KeyboardInterrupt" else 1
    except Interrupted:
        return INTERRUPTED
    except (DeadKernelError, RuntimeError) as error:
        if client.interrupts:
            return INTERRUPTED
        print(f"raylift: {running()}: {error}", file=sys.stderr)
        return 1
    return 0


def status_of(said: str) -> int:
    """The status of a process that leaves by `sys.exit`, of which the kernel tells the text."""
    return 0 if said in ("", "None") else int(said) if said.lstrip("-").isdigit() else 1


if __name__ == "__main__":
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # the kernel's debugger would speak of frozen modules
    sys.exit(execute(sys.argv[1], sys.argv[2], sys.argv[3:]))
