"""What a worker must be able to import, and lacks: named at once, and all of it, instead of in a traceback of unpickling."""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Pickled:
    """A train function that travels by value, unpickled only when its process is set up: what it imports may ask for that."""

    content: bytes

    def function(self) -> Callable[..., Any]:
        """The train function; raises ModuleNotFoundError, with what to do about it, where this node has no module that it needs."""
        try:
            function: Callable[..., Any] = pickle.loads(self.content)
        except ModuleNotFoundError as error:
            raise lacking({error.name or str(error): ""}) from None
        return function


def check_modules(needed: Mapping[str, str]) -> None:
    """Raises ModuleNotFoundError that names all modules this process cannot find; `needed` says which file imports each."""
    missing = {name: file for name, file in needed.items() if not _is_found(name)}
    if missing:
        raise lacking(missing)


def lacking(missing: Mapping[str, str]) -> ModuleNotFoundError:
    """The error that names what this node lacks, and how it gets there."""
    import ray

    node = ray.util.get_node_ip_address()
    named = ", ".join(f"{name} ({os.path.basename(file)})" if file else name for name, file in sorted(missing.items()))
    return ModuleNotFoundError(
        f"node {node} lacks what the script imports: {named}. Install packages there, or name them in ray.init(runtime_env={{"
        '"pip": [...]}); modules of your own travel with ray.init(runtime_env={"working_dir": "."}).'
    )


def _is_found(name: str) -> bool:
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
