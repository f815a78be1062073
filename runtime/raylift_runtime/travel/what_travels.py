"""What a run takes along to workers that do not inherit this process: variables, and the names of the modules they must have."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from raylift_runtime.kernel import cells
from raylift_runtime.travel.forwarded_variables import Forwarded, forwarded, not_set, withheld
from raylift_runtime.travel.own_sources import all_imports, needed_modules, own_modules, own_roots
from raylift_runtime.travel.read_variables import variables_read
from raylift_runtime.worker.driver_script import running_script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from raylift_runtime.cluster.connection import Cluster
    from raylift_runtime.worker.driver_script import Script

NOTHING = Forwarded({}, {}, {})


@dataclass(frozen=True)
class Travel:
    """What goes along, which modules (each with the file that imports it) a worker needs, and what the user should know."""

    variables: Forwarded = NOTHING
    needed: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def travel_to(
    cluster: Cluster, function: Callable[..., Any], script: Script | None, environment: Mapping[str, str], storage: str
) -> Travel:
    """What this function, and the script if workers start from it, need on the workers of this cluster."""
    if cluster.inherits:
        return Travel()
    path, tree = _text(function)
    roots = own_roots(sys.path, path)
    read = variables_read(own_modules(path, tree, roots, all_imports).values())
    needed = needed_modules(path, tree, script.function, roots) if script is not None and cluster.is_foreign else {}
    remarks = (withheld(environment, read, storage), not_set(environment))
    here = {name: file for name, file in needed.items() if _is_importable(name)}
    return Travel(forwarded(environment, read), here, tuple(filter(None, remarks)))


def _text(function: Callable[..., Any]) -> tuple[str, ast.Module]:
    """The running script and its syntax tree; of a notebook what its cells ran, of a console the function alone, as far as it is known."""
    running = running_script()
    if running is not None:
        return running[0], ast.parse(running[1])
    if (typed := cells()).body:
        return os.path.join(os.getcwd(), "a cell"), typed
    try:
        return "", ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return "", ast.Module([], [])


def _is_importable(name: str) -> bool:
    """Whether this process has the module: what is missing here as well, nobody waits for."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
