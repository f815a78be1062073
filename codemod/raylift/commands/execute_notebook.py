"""Executes a notebook in a kernel of this Python and shows what its cells write: a program that imports nothing of ours.

`execute_notebook.py NOTEBOOK FOLDER [NAMES...]`: FOLDER is where the kernel starts, NAMES are what the cells are called, where that is not
`cell N`. The notebook's file stays as it is. Ends with status 0 where every cell has run, as a script would where one has not.
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import tempfile
from typing import Any

import nbformat.reader
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async

STARTUP_S = 300
SHUTDOWN_S = 60
"""Seconds; Ray ends its cluster with the kernel, which would be killed after 5."""
INTERRUPTED = 130
"""The status that a shell expects of what Ctrl-C has ended."""
ANSI = re.compile(r"\x1b\[[0-9;]*m")
LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
NOT_FOR_READERS = re.compile(r"<IPython\.core\.display\.\w+ object>")


class Interrupted(Exception):
    """Ctrl-C came between two cells."""


class ShownNotebook(NotebookClient):  # type: ignore[misc]  # seen without its types
    """Executes a notebook's cells, shows what they write as it comes, and knows which one is running.

    Ctrl-C interrupts that cell, as the stop button does; a second one ends the kernel.
    """

    sockets = ""
    running = 0
    interrupts = 0

    def create_kernel_manager(self) -> Any:
        """For a kernel of this Python, whatever kernels are installed, spoken to without a port, with the time that it needs to end."""
        manager = super().create_kernel_manager()
        manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
        manager.transport, manager.ip = "ipc", f"{self.sockets}/kernel"
        manager.shutdown_wait_time = SHUTDOWN_S
        return manager

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
    return f"{f':{line[1]}' if line else ''}: {error.ename}: {ANSI.sub('', str(error.evalue))}"


def execute(path: str, folder: str, names: list[str]) -> int:
    """Execute all cells; returns the status to end with."""
    with open(path, encoding="utf-8") as file:
        notebook = nbformat.convert(nbformat.reader.read(file), 4)  # without a judgement of what its writer left out
    client = ShownNotebook(
        notebook,
        kernel_name=NATIVE_KERNEL_NAME,
        timeout=None,
        startup_timeout=STARTUP_S,
        resources={"metadata": {"path": folder}},
    )

    def running() -> str:
        return names[client.running] if names else f"cell {client.running + 1}"

    try:
        with tempfile.TemporaryDirectory(prefix="raylift-") as client.sockets:
            asyncio.run(client.async_execute())
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
    sys.exit(execute(sys.argv[1], sys.argv[2], sys.argv[3:]))
