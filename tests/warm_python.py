"""A Python that starts with what trains already imported, for tests that start many: `warm_python()` gives its path.

Most of what a training with torchrun or Ray costs a test is that each of five processes imports torch and transformers for itself. A
server that has done so once forks for each start: the new process has the arguments, the environment, the folder, the streams and the
`__main__` that a fresh Python has, and only its imports are done before it asks for them. Whoever starts it sees a process that takes
signals, lives and ends as that one does. What a library reads while it is imported it has read from the environment of the server.

`warm_python.py --serve SOCKET EXECUTABLE` is the server, `warm_python.py SOCKET ARGUMENTS...` what EXECUTABLE runs.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import struct
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LIBRARIES = (
    "torch.distributed.launcher.api",
    "datasets",
    "transformers.trainer_seq2seq",
    "transformers.data.data_collator",
    "accelerate",
    "google.protobuf.json_format",
    "jsonschema",
    "pydantic",
    "requests",
)
"""All but Ray, which reads the environment of its process while it is imported, so that only what it needs is here."""
AWARE_OF_FORKS = {"jemalloc_bg_thd"}
"""Threads whose makers see to it that a fork does without them."""
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STATUS = struct.Struct("h")


@contextmanager
def warm_python(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The path of such a Python, which is there until the `with` block or this process ends; `folder` is its own."""
    import subprocess

    if sys.platform != "linux":
        yield sys.executable
        return
    executable, address = folder / "python", folder / "socket"
    executable.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {__file__} {address} "$@"\n')
    executable.chmod(0o755)
    command = [sys.executable, __file__, "--serve", str(address), str(executable)]
    own = {**environment, "PYTHONPATH": ""}
    with subprocess.Popen(command, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        try:
            yield str(executable)
        finally:
            server.stdin.close()


def ask(address: str, arguments: list[str]) -> int:
    """Has the server start a process with these arguments and with this one's streams; gives the status that it ends with."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        for number in FORWARDED:
            signal.signal(number, lambda number, _: server.sendall(bytes([number])))
        job = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
        server.sendmsg([struct.pack("Q", len(job))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
        server.sendall(job)
        status = server.recv(STATUS.size)
    ended: int = STATUS.unpack(status)[0] if status else 1
    if ended < 0:  # by a signal, which is to be seen from here, too
        if -ended != signal.SIGKILL:
            signal.signal(-ended, signal.SIG_DFL)
        os.kill(os.getpid(), -ended)
    return ended


def serve(address: str) -> list[str]:
    """Imports the libraries and forks for each that asks, until standard input ends; returns the arguments in a process that was asked for."""
    import gc
    import importlib
    import pathlib

    for library in LIBRARIES:
        importlib.import_module(library)
    threads = {(thread / "comm").read_text().strip() for thread in pathlib.Path("/proc/self/task").iterdir()}
    assert len(threads - AWARE_OF_FORKS) == 1, f"a library has started a thread, which a fork would lack: {threads}"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(64)
        print("ready", flush=True)
        while sys.stdin.fileno() not in (ready := select.select([server, sys.stdin.fileno()], [], [])[0]):
            assert ready
            client, _ = server.accept()
            if os.fork() == 0:
                server.close()
                return keep(client)
            client.close()
    sys.exit(0)


def keep(client: socket.socket) -> list[str]:
    """Forks the process that a client asks for and lets each know of the other's end; returns the arguments in that process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    header, streams, *_ = socket.recv_fds(client, 8, 3)
    size, job = struct.unpack("Q", header)[0], b""
    while len(job) < size:
        job += client.recv(size - len(job))
    arguments, folder, environment = json.loads(job)
    child = os.fork()
    if child == 0:
        client.close()
        become(folder, environment, streams)
        return list(arguments)
    for stream in streams:
        os.close(stream)
    process = os.pidfd_open(child)
    while process not in select.select([client, process], [], [])[0]:
        for number in client.recv(16) or [signal.SIGKILL]:
            os.kill(child, number)
    _, status = os.waitpid(child, 0)
    try:
        client.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


def become(folder: str, environment: Mapping[str, str], streams: list[int]) -> None:
    """Gives this process the streams, the folder and the environment of the one that asked for it."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # as `random` does by itself
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number in FORWARDED:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def run(arguments: list[str]) -> None:
    """Runs what a command line of Python says, as the `__main__` of this process."""
    import contextlib
    import importlib
    import runpy
    from importlib.machinery import SourceFileLoader
    from types import ModuleType

    if arguments[0] == "-u":
        sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr]  # a text file
        arguments = arguments[1:]
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.modules.pop("sitecustomize", None)
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("sitecustomize")
    main = sys.modules["__main__"] = ModuleType("__main__")
    what, *rest = arguments
    if what == "-m":
        sys.argv[:] = rest
        sys.path.insert(0, os.getcwd())
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        return
    sys.argv[:] = arguments
    sys.path.insert(0, os.path.dirname(os.path.realpath(what)))
    path = os.path.abspath(what)
    loader = SourceFileLoader("__main__", path)
    vars(main).update(__file__=path, __loader__=loader, __spec__=None)
    exec(loader.source_to_code(loader.get_data(path), path), vars(main))  # noqa: S102  # as Python does with its first argument


if __name__ == "__main__":
    if sys.argv[1] != "--serve":
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
    del sys.path[0]
    asked = serve(sys.argv[2])
    sys.executable = sys.argv[3]
    run(asked)
