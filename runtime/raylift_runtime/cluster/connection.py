"""The cluster that a run trains on: started here, or one that runs already, to whose nodes this package then travels."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ray

from raylift_runtime.preflight_error import PreflightError
from raylift_runtime.worker.version import FOLDER, TRAVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE, PACKAGE_NAME = str(FOLDER), FOLDER.name
KEPT_FOR_S = 30 * 24 * 3600  # Ray drops a package that no process uses, as between two attempts of a run
LOCAL = "local"


_connected: tuple[Cluster, Any, dict[str, str]] | None = None


@dataclass(frozen=True)
class Cluster:
    """Whether its workers inherit this process's environment, whether other machines' Python runs them, and what travels there."""

    inherits: bool
    is_foreign: bool
    py_modules: tuple[str, ...] = ()


def connected() -> Cluster:
    """Connects to the cluster that Ray would take, or starts one on this machine; asked again, it says the same."""
    global _connected
    if not ray.is_initialized():
        _connected = _newly_connected(), _node(), dict(os.environ)
    elif _connected is None or _connected[1:] != (_node(), dict(os.environ)):  # somebody else's, or it lacks what was set since
        return Cluster(inherits=False, is_foreign=not _is_head(), py_modules=() if _is_head() else _uploaded())
    return _connected[0]


def _newly_connected() -> Cluster:
    travels = _init({"py_modules": [PACKAGE]} if _finds_cluster() else {})
    logging.getLogger("ray").setLevel(logging.WARNING)
    if _is_head():
        return Cluster(inherits=True, is_foreign=False)
    return Cluster(inherits=False, is_foreign=True, py_modules=() if travels else _uploaded())


def with_modules(runtime_env: Mapping[str, Any], cluster: Cluster) -> dict[str, Any]:
    """A worker's environment with what travels to it: Ray replaces the job's own list by a worker's, so both are in it."""
    if not cluster.py_modules:
        return dict(runtime_env)
    job = ray.get_runtime_context().runtime_env
    given = runtime_env.get("py_modules") or job.get("py_modules") or []
    return {**runtime_env, "py_modules": [*cluster.py_modules, *given]}


@contextlib.contextmanager
def absence_explained() -> Iterator[None]:
    """Within it, an error because this node's own Python lacks this package says what to do: Ray's controller runs there."""
    try:
        yield
    except ray.exceptions.RayError as error:
        if f"No module named {PACKAGE_NAME}" not in str(error).replace("'", ""):
            raise
        raise PreflightError(
            f"the Python that runs this cluster on this machine has no {PACKAGE_NAME}, and the script connected to it before the "
            f"run could send its own. Install raylift there, or let it travel: {TRAVELS}."
        ) from None


def _init(runtime_env: dict[str, Any]) -> bool:
    """Whether the cluster was given this environment for the whole job; `ray job submit` may have given it another."""
    try:
        ray.init(logging_level=logging.ERROR, runtime_env=runtime_env or None)
    except ValueError:
        if not runtime_env:
            raise
        ray.init(logging_level=logging.ERROR)
        return False
    return bool(runtime_env)


def _finds_cluster() -> bool:
    """Whether Ray will connect to a cluster that runs already: named in the environment, or started by `ray start` on this machine."""
    address = os.environ.get("RAY_ADDRESS")
    if address:
        return address != LOCAL
    return os.path.exists(os.path.join(os.environ.get("RAY_TMPDIR", "/tmp"), "ray", "ray_current_cluster"))


def _is_head() -> bool:
    """Whether this process itself started the cluster that it is connected to."""
    node = _node()
    return node is not None and bool(node.is_head())


def _node() -> Any:
    return getattr(ray._private.worker, "_global_node", None)


def _uploaded() -> tuple[str, ...]:
    """This package's address in the cluster's own store, none where this Ray offers no way to put it there."""
    try:
        from ray._private.runtime_env.packaging import pin_runtime_env_uri
        from ray._private.runtime_env.py_modules import upload_py_modules_if_needed

        asked = {"py_modules": [PACKAGE]}
        stored = upload_py_modules_if_needed(asked, include_gitignore=False, scratch_dir=tempfile.gettempdir())["py_modules"]
        for address in stored:
            pin_runtime_env_uri(address, expiration_s=KEPT_FOR_S)
    except Exception:  # noqa: BLE001  # then the nodes' own is used, and checked
        return ()
    return tuple(stored)
