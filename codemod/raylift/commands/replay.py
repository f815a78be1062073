"""Runs a lifted script's text as `__main__` under the path of its original: a program that imports nothing of ours.

`replay.py ORIGINAL LIFTED ARGS`: `__file__`, `sys.argv[0]`, `sys.path[0]` and tracebacks are the original's, so data files
and modules beside it are found; LIFTED is removed once read.
"""

from __future__ import annotations

import linecache
import os
import sys
import traceback
import types
from importlib.machinery import SourceFileLoader


class LiftedModule(SourceFileLoader):
    """Answers for the original's path with the lifted text, to whoever asks `__main__` for its source."""

    def __init__(self, path: str, source: bytes) -> None:
        super().__init__("__main__", path)
        self._source = source

    def get_data(self, path: str) -> bytes:
        """The lifted text, whatever lies at the path."""
        return self._source

    def get_code(self, fullname: str) -> types.CodeType:
        """Compiled from the lifted text; a cached compilation would be the original's."""
        return self.source_to_code(self._source, self.path)


def install(original: str, source: bytes) -> types.ModuleType:
    """Make a `__main__` of the lifted text that looks like the original's."""
    loader = LiftedModule(os.path.abspath(original), source)
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=loader.path, __loader__=loader, __builtins__=__builtins__, __cached__=None)
    lines = (loader.get_source("__main__") or "").splitlines(keepends=True)
    linecache.cache[loader.path] = (len(source), None, lines, loader.path)
    sys.modules["__main__"] = module
    return module


def show_error(kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
    """A traceback with the lifted text's lines; the interpreter's own would read the original's file."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    traceback.print_exception(kind, error, trace)


def replay() -> None:
    """Become the lifted script."""
    original, lifted, *arguments = sys.argv[1:]
    with open(lifted, "rb") as file:
        source = file.read()
    os.unlink(lifted)
    sys.argv[:] = [original, *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(original))
    sys.excepthook = show_error
    module = install(original, source)
    loader = module.__loader__
    assert isinstance(loader, LiftedModule)
    exec(loader.get_code("__main__"), module.__dict__)  # noqa: S102 - the script that the user asked to run


if __name__ == "__main__":
    replay()
