"""Sets up a Ray worker as Ray's own `setup_worker.py` does, but imports nothing of Ray, which most of a worker's start is spent on.

Whatever asks for more than a Python with variables of its own is left to Ray's, which lies beside the program of the worker.
"""

from __future__ import annotations

import json
import os
import re
import sys

CONTEXT, LANGUAGE = "--serialized-runtime-env-context=", "--language="
OF_OTHERS = ("command_prefix", "override_worker_entrypoint")


def main(arguments: list[str]) -> None:
    context = next((json.loads(each[len(CONTEXT) :]) for each in arguments if each.startswith(CONTEXT)), {})
    if LANGUAGE + "PYTHON" not in arguments or any(context.get(name) for name in OF_OTHERS):
        rays_own = os.path.join(os.path.dirname(arguments[0]), "setup_worker.py")
        os.execv(sys.executable, [sys.executable, rays_own, *arguments])
    for name, value in (context.get("env_vars") or {}).items():
        os.environ[name] = re.sub(r"\$\{[A-Z0-9_]+\}", "", os.path.expandvars(value))
    python = context.get("py_executable") or sys.executable
    os.execv(python, [python, *(each for each in arguments if not each.startswith((CONTEXT, LANGUAGE)))])


if __name__ == "__main__":
    main(sys.argv[1:])
