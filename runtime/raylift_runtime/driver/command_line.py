"""The driver's command line, also for a run that a trial of Ray Tune's starts: there `sys.argv` is that of Ray's own process."""

from __future__ import annotations

import json
import os
import sys

import ray
from ray.experimental.internal_kv import _internal_kv_get, _internal_kv_put

RAY_S_OWN = "default_worker.py"


def leave_for_trials() -> None:
    """Lets the driver, once it is connected to a cluster, leave its command line there for the actors of its job."""
    if ray.is_initialized():
        _leave()
    else:
        ray._private.worker._post_init_hooks.append(_leave)


def arguments() -> list[str]:
    """What `sys.argv` was on the driver; what it is in this process where that is known there, or where a script has set it."""
    own = list(sys.argv)
    if not own or os.path.basename(own[0]) != RAY_S_OWN or not ray.is_initialized():
        return own
    left = _internal_kv_get(_key())
    return own if left is None else [str(each) for each in json.loads(left)]


def _leave() -> None:
    if ray._private.worker.global_worker.mode == ray.SCRIPT_MODE:
        script = os.path.abspath(sys.argv[0]) if os.path.isfile(sys.argv[0]) else sys.argv[0]  # a trial has a folder of its own
        _internal_kv_put(_key(), json.dumps([script, *sys.argv[1:]]).encode())


def _key() -> bytes:
    return f"raylift:command line of job {ray.get_runtime_context().get_job_id()}".encode()
