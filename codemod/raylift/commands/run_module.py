"""Runs a module of a folder as `python -m` does, without a look into the working directory: a program that imports nothing of ours.

`run_module.py FOLDER MODULE ARGS`
"""

from __future__ import annotations

import runpy
import sys


def run_module() -> None:
    """Become the module."""
    folder, module, *arguments = sys.argv[1:]
    sys.argv[:] = [module, *arguments]
    sys.path[0] = folder
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_module()
